/** The bar above a notebook: the kernel, running, saving, and who is here. */
import type { VNode } from "preact";
import { type Sentence, say } from "../../state/say.ts";
import type { KernelInfo, KernelState } from "../../wire/events.ts";
import { People } from "../people.tsx";
import { SaveState } from "../save-state.tsx";
import { fetchLater } from "./dialogs.ts";
import { Icon } from "./icon.tsx";
import { Menu } from "./menu.tsx";
import type { RunChoice } from "./menus.ts";
import { usePage } from "./page.ts";
import { Tool } from "./toolbar.tsx";

const STATES: Readonly<Record<KernelState, Sentence>> = {
  none: "not started",
  starting: "starting",
  idle: "idle",
  busy: "busy",
  dead: "dead",
};

export function KernelBar(): VNode {
  const page = usePage();
  const { open } = page;
  return (
    <div class="bar notebook-bar" role="toolbar" aria-label={say("Notebook")}>
      {open.mayRun.value && <RunTools />}
      <span class="spacer" />
      <People people={page.people.value} />
      <SaveState document={page.document} maySave={open.maySave.value} onSave={() => page.perform("save")} />
      <Tool command="find" icon="find" label={say("Find and replace")} keys="F" />
      {!page.context.kiosk && <Tool command="history" icon="history" label={say("History")} />}
      <Tool command="shortcuts" icon="help" label={say("Keyboard shortcuts")} keys="H" wide />
      <KernelPicker />
    </div>
  );
}

function RunTools(): VNode {
  const page = usePage();
  const { open, document } = page;
  const { state, running, queue } = document.kernel.value;
  const nothingRuns = state !== "busy" && running === null && queue.length === 0;
  const choose = (what: RunChoice) => {
    if (what === "restart-and-run") open.confirm(what);
    else void open.runAll(what);
  };
  return (
    <>
      <button
        type="button"
        class="tool"
        title={say("Run and go on (Shift+Enter)")}
        onClick={() => page.perform("run-and-advance")}
      >
        <Icon name="run" /> <span class="wide">{say("Run")}</span>
      </button>
      <Menu
        label={say("Run more")}
        icon="caret"
        items={async () => (await fetchLater()).runChoices()}
        onChoose={choose}
      />
      <Tool command="interrupt" icon="stop" label={say("Interrupt the kernel")} keys="I, I" disabled={nothingRuns} />
      <Tool
        command="restart"
        icon="restart"
        label={say("Restart the kernel")}
        keys="0, 0"
        disabled={state === "none"}
      />
    </>
  );
}

function KernelPicker(): VNode {
  const page = usePage();
  const kernel = page.document.kernel.value;
  const shown = <KernelName kernel={kernel} fallback={page.open.kernelName.value ?? say("No kernel")} />;
  if (!page.open.mayRun.value) return <div class="kernel">{shown}</div>;
  const choose = async (name: string) => (await fetchLater()).chooseKernel(page, name);
  return (
    <Menu
      label={say("Kernel: {name} {state}. Choose another", {
        name: kernel.displayName ?? page.open.kernelName.value ?? say("none"),
        state: say(STATES[kernel.state]),
      })}
      items={async () => (await fetchLater()).loadKernels(page)}
      onChoose={(name) => void choose(name)}
    >
      {shown}
    </Menu>
  );
}

function KernelName({ kernel, fallback }: { readonly kernel: KernelInfo; readonly fallback: string }): VNode {
  return (
    <span class="kernel" data-state={kernel.state}>
      <span class="kernel-dot" />
      <span class="kernel-name">{kernel.displayName ?? fallback}</span>{" "}
      <span class="kernel-state">{say(STATES[kernel.state])}</span>
    </span>
  );
}
