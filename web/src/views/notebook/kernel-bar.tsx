/** The bar above a notebook: the kernel, running, saving, and who is here. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { KernelInfo, KernelState } from "../../wire/events.ts";
import { isObject, isString, type Json } from "../../wire/json.ts";
import { People } from "../people.tsx";
import { SaveState } from "../save-state.tsx";
import { Icon } from "./icon.tsx";
import { Menu, type MenuItem } from "./menu.tsx";
import { type Page, usePage } from "./page.ts";

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
      <button
        type="button"
        class="tool"
        title="Find and replace (F)"
        aria-label="Find and replace"
        onClick={() => page.perform("find")}
      >
        <Icon name="find" />
      </button>
      <button
        type="button"
        class="tool wide"
        title="Keyboard shortcuts (H)"
        aria-label="Keyboard shortcuts"
        onClick={() => page.perform("shortcuts")}
      >
        <Icon name="help" />
      </button>
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
      <button
        type="button"
        class="tool"
        title="Interrupt (I, I)"
        aria-label="Interrupt the kernel"
        disabled={nothingRuns}
        onClick={() => page.perform("interrupt")}
      >
        <Icon name="stop" />
      </button>
      <button
        type="button"
        class="tool"
        title="Restart (0, 0)"
        aria-label="Restart the kernel"
        disabled={state === "none"}
        onClick={() => page.perform("restart")}
      >
        <Icon name="restart" />
      </button>
    </>
  );
}

function KernelPicker(): VNode {
  const page = usePage();
  const kernel = page.document.kernel.value;
  const specs = useSignal<readonly MenuItem<string>[]>([]);
  const shown = <KernelName kernel={kernel} fallback={page.open.kernelName.value ?? "No kernel"} />;
  if (!page.open.mayRun.value) return <div class="kernel">{shown}</div>;
  const load = () => void loadSpecs(page).then((items) => (specs.value = items));
  return (
    <Menu
      label={`Kernel: ${kernel.displayName ?? page.open.kernelName.value ?? "none"} ${STATES[kernel.state]}. Choose another`}
      items={specs.value.map((item) =>
        item.value === SHUT_DOWN ? item : { ...item, checked: item.value === kernel.name },
      )}
      onOpen={load}
      onChoose={(name) => void choose(page, name)}
    >
      {shown}
    </Menu>
  );
}

function KernelName({ kernel, fallback }: { readonly kernel: KernelInfo; readonly fallback: string }): VNode {
  return (
    <span class="kernel" data-state={kernel.state}>
      <span class="kernel-dot" />
      <span class="kernel-name">{kernel.displayName ?? fallback}</span>
      <span class="kernel-state">{STATES[kernel.state]}</span>
    </span>
  );
}

const SHUT_DOWN = "\0shut-down";

async function choose(page: Page, name: string): Promise<void> {
  await (name === SHUT_DOWN ? page.open.ask("kernel.shutdown", {}) : page.open.ask("kernel.start", { name }));
}

async function loadSpecs(page: Page): Promise<readonly MenuItem<string>[]> {
  const specs = specsOf((await page.open.ask("kernel.specs", {})) ?? null);
  const running = !["none", "dead"].includes(page.document.kernel.peek().state);
  return running ? [...specs, { value: SHUT_DOWN, label: "Shut the kernel down" }] : specs;
}

function specsOf(reply: Json): readonly MenuItem<string>[] {
  const specs: unknown = isObject(reply) ? reply.specs : undefined;
  return (Array.isArray(specs) ? specs : []).flatMap((spec: unknown) => {
    if (!isObject(spec) || !isString(spec.name)) return [];
    return [{ value: spec.name, label: isString(spec.display_name) ? spec.display_name : spec.name }];
  });
}
