/** Above all sections of a project: its title, whether it runs, its sections, and what is wrong with it. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { project as words } from "../../strings/project.ts";
import { projects } from "../../strings/projects.ts";
import { running } from "../../strings/running.ts";
import { inWords } from "../../ui/problems.ts";
import { advice, reasonIn, StartStop, StateMark } from "../../ui/run-state.tsx";
import { type ProjectHere, useProject } from "./context.ts";

export function ProjectBar(): VNode {
  const here = useProject();
  const isEmbedded = useSite().embedded !== null;
  const { section } = here.place.value;
  const state = here.state.value;
  const hasPlace = isEmbedded || here.details.value !== null || here.problem.value !== null;
  return (
    <div class="project-bar">
      <Title here={here} />
      <nav aria-label={words.sections()} class={hasPlace ? undefined : "waits"}>
        <Link here={here} place="files/" text={words.files()} isHere={section === "files"} />
        <Link here={here} place="log" text={words.log()} isHere={section === "log"} />
        {!isEmbedded && <Link here={here} place="settings" text={words.settings()} isHere={section === "settings"} />}
      </nav>
      {state !== null && (
        <div class="project-state" role="status">
          <StateMark state={state} />
        </div>
      )}
      {state !== null && here.details.value?.can_write && !here.details.value.deleted && (
        <div class="actions">
          <StartStop state={state} of={here.title.value} act={(action) => void here.act(action)} />
          {state === "running" && (
            <button type="button" class="restart" onClick={() => void here.act("restart")}>
              {running.restart()}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** A press on it makes it a field. */
function Title({ here }: { readonly here: ProjectHere }): VNode {
  const { toasts, embedded } = useSite();
  const isEdited = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const title = here.title.value || (here.details.value === null ? "" : projects.untitled());
  const save = (text: string): void => {
    if (!isEdited.peek()) return; // it is left once more as it goes
    isEdited.value = false;
    const wished = text.trim();
    if (wished === "" || wished === here.title.value) return;
    here.describe({ title: wished }).catch((error) => toasts.complain(inWords(error)));
  };
  if (isEdited.value) {
    return (
      <TitleField
        title={here.title.value}
        save={save}
        leave={() => {
          isEdited.value = false;
          requestAnimationFrame(() => button.current?.focus());
        }}
      />
    );
  }
  return (
    <h1>
      {here.details.value?.can_write && embedded === null ? (
        <button
          type="button"
          class="quiet"
          ref={button}
          title={projects.rename()}
          onClick={() => (isEdited.value = true)}
        >
          {title}
        </button>
      ) : (
        title || (embedded === null && <span class="visually-hidden">{common.loading()}</span>)
      )}
    </h1>
  );
}

interface TitleFieldProps {
  readonly title: string;
  save(text: string): void;
  leave(): void;
}

function TitleField({ title, save, leave }: TitleFieldProps): VNode {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <input
      ref={field}
      class="project-title-field"
      aria-label={projects.name()}
      defaultValue={title}
      maxLength={1000}
      onBlur={(event) => save(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") save(event.currentTarget.value);
        if (event.key === "Escape") leave();
      }}
    />
  );
}

interface LinkProps {
  readonly here: ProjectHere;
  readonly place: string;
  readonly text: string;
  readonly isHere: boolean;
}

function Link({ here, place, text, isHere }: LinkProps): VNode {
  return (
    <a href={here.href(place)} aria-current={isHere ? "page" : undefined}>
      {text}
    </a>
  );
}

/** Why it does not run and what can be done, or that it is deleted. */
export function ProjectTrouble(): VNode | null {
  const here = useProject();
  const { toasts } = useSite();
  if (here.details.value?.deleted) {
    const restore = (): void => void here.setDeleted(false).catch((error) => toasts.complain(inWords(error)));
    return (
      <div class="problem project-trouble" role="alert">
        <p>{words.isDeleted()}</p>
        <button type="button" onClick={restore}>
          {projects.restore()}
        </button>
      </div>
    );
  }
  const trouble = here.trouble.value;
  if (trouble === null) return null;
  return (
    <div class="problem project-trouble" role="alert">
      <p>
        <strong>{running.ended()}</strong> {reasonIn(trouble)}
      </p>
      <p>{advice(trouble)()}</p>
      <button type="button" onClick={() => void here.act("start")}>
        {running.start()}
      </button>
    </div>
  );
}
