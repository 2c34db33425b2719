/** One of one's projects, found by its title. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useSite } from "../site.ts";
import { files as words } from "../strings/files.ts";
import { Field, LoadedView } from "./ui.tsx";
import { useLoading } from "./work.ts";

const SHOWN = 50;

interface ProjectChoiceProps {
  readonly chosen: Signal<string | null>;
  /** A project that is none of the choices. */
  readonly but?: string;
  /** Choices before them (`ProjectOption`). */
  readonly children?: ComponentChildren;
}

export function ProjectChoice({ chosen, but, children }: ProjectChoiceProps): VNode {
  const { projects } = useSite();
  const loading = useLoading((signal) => projects.list(false, signal), [projects]);
  const text = useSignal("");
  return (
    <>
      <Field
        label={words.findProject()}
        type="search"
        autofocus
        value={text.value}
        onText={(typed) => (text.value = typed)}
      />
      <LoadedView of={loading}>
        {(listing) => (
          <fieldset class="folder-tree">
            <legend class="visually-hidden">{words.findProject()}</legend>
            {children}
            {listing.projects
              .filter(({ project_id }) => project_id !== but)
              .filter(({ title }) => title.toLocaleLowerCase().includes(text.value.toLocaleLowerCase()))
              .slice(0, SHOWN)
              .map(({ project_id, title }) => (
                <ProjectOption key={project_id} id={project_id} label={title || project_id} chosen={chosen} />
              ))}
          </fieldset>
        )}
      </LoadedView>
    </>
  );
}

interface ProjectOptionProps {
  readonly id: string;
  readonly label: string;
  readonly chosen: Signal<string | null>;
}

export function ProjectOption({ id, label, chosen }: ProjectOptionProps): VNode {
  return (
    <label>
      <input type="radio" name="project" checked={chosen.value === id} onChange={() => (chosen.value = id)} /> {label}
    </label>
  );
}
