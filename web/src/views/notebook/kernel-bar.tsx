/** The bar above a notebook: the kernel, running, saving, and who is here. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { KernelInfo, KernelState } from "../../wire/events.ts";
import { People } from "../people.tsx";
import { SaveState } from "../save-state.tsx";
import { fetchLater } from "./dialogs.ts";
import { Icon } from "./icon.tsx";
import { Menu, type MenuItem } from "./menu.tsx";
import { usePage } from "./page.ts";
import { Tool } from "./toolbar.tsx";

const STATES: Readonly<Record<KernelState, string>> = {
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
    <div class="bar notebook-bar" role="toolbar" aria-label="Notebook">
      {open.mayRun.value && <RunTools />}
      <span class="spacer" />
      <People people={page.people.value} />
      <SaveState document={page.document} maySave={open.maySave.value} onSave={() => page.perform("save")} />
      <Tool command="find" icon="find" label="Find and replace" keys="F" />
      {!page.context.kiosk && <Tool command="history" icon="history" label="History" />}
      <Tool command="shortcuts" icon="help" label="Keyboard shortcuts" keys="H" wide />
      <KernelPicker />
    </div>
  );
}

type RunChoice = "all" | "above" | "below" | "restart-and-run";

const RUNS: readonly MenuItem<RunChoice>[] = [
  { value: "all", label: "Run all cells" },
  { value: "above", label: "Run all above" },
  { value: "below", label: "Run this and all below" },
  { value: "restart-and-run", label: "Restart and run all" },
];

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
        title="Run and go on (Shift+Enter)"
        onClick={() => page.perform("run-and-advance")}
      >
        <Icon name="run" /> <span class="wide">Run</span>
      </button>
      <Menu label="Run more" icon="caret" items={RUNS} onChoose={choose} />
      <Tool command="interrupt" icon="stop" label="Interrupt the kernel" keys="I, I" disabled={nothingRuns} />
      <Tool command="restart" icon="restart" label="Restart the kernel" keys="0, 0" disabled={state === "none"} />
    </>
  );
}

function KernelPicker(): VNode {
  const page = usePage();
  const kernel = page.document.kernel.value;
  const specs = useSignal<readonly MenuItem<string>[]>([]);
  const shown = <KernelName kernel={kernel} fallback={page.open.kernelName.value ?? "No kernel"} />;
  if (!page.open.mayRun.value) return <div class="kernel">{shown}</div>;
  const load = async () => {
    specs.value = await (await fetchLater()).loadKernels(page);
  };
  const choose = async (name: string) => (await fetchLater()).chooseKernel(page, name);
  return (
    <Menu
      label={`Kernel: ${kernel.displayName ?? page.open.kernelName.value ?? "none"} ${STATES[kernel.state]}. Choose another`}
      items={specs.value}
      onOpen={() => void load()}
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
      <span class="kernel-state">{STATES[kernel.state]}</span>
    </span>
  );
}
