/** What a cell put out, below its code. */
import "./outputs.css";
import { Component, type VNode } from "preact";
import { useState } from "preact/hooks";
import { say } from "../state/say.ts";
import { plainText } from "./ansi.ts";
import type { OutputContext } from "./context.ts";
import { Data } from "./data.tsx";
import { deferred } from "./deferred.ts";
import type { OutputModel } from "./model.ts";
import { textOf } from "./model.ts";
import { type Part, partsOf } from "./parts.ts";
import { Text, Traceback } from "./text.tsx";

const Framed = deferred(async () => (await import("./framed.tsx")).Framed);

export interface OutputsProps {
  readonly outputs: readonly OutputModel[];
  readonly cellId: string;
  readonly context: OutputContext;
  /** Only a bar that tells that there is output. */
  readonly collapsed: boolean;
  /** At most a screenful, with a scroll bar, as `metadata.scrolled` of a cell says. */
  readonly scrolled: boolean;
  /** The bar or the scroll toggle was used; without these the state is the component's own. */
  onCollapse?(collapsed: boolean): void;
  onScroll?(scrolled: boolean): void;
}

/** Longer outputs scroll by themselves until somebody decides otherwise. */
const LONG = 100;

export function Outputs(props: OutputsProps): VNode | null {
  const { outputs, cellId, context } = props;
  const [collapsed, setCollapsed] = useChoice(props.collapsed, props.onCollapse);
  const long = linesOf(outputs) > LONG && !context.natural.value;
  const [scrolled, setScrolled] = useChoice(props.scrolled || long, props.onScroll);
  if (outputs.length === 0) return null;
  if (collapsed) return <Collapsed count={outputs.length} open={() => setCollapsed(false)} />;
  return (
    <div class="outputs" data-cell={cellId}>
      <div
        class={scrolled ? "outputs-area outputs-scrolled" : "outputs-area"}
        {...(scrolled && { tabIndex: 0, role: "group", "aria-label": say("Output, scrolls") })}
      >
        {partsOf(outputs).map((part) => (
          <div class="output" key={part.key}>
            <PartView part={part} context={context} />
          </div>
        ))}
      </div>
      <div class="output-tools">
        <CopyButton outputs={outputs} />
        <button type="button" aria-pressed={scrolled} onClick={() => setScrolled(!scrolled)}>
          {say("Scroll")}
        </button>
        <button type="button" onClick={() => setCollapsed(true)}>
          {say("Hide")}
        </button>
      </div>
    </div>
  );
}

/** What the cell says, until something else is chosen here. */
function useChoice(
  given: boolean,
  told: ((choice: boolean) => void) | undefined,
): [boolean, (choice: boolean) => void] {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const choose = (choice: boolean) => {
    setChosen(told ? null : choice);
    told?.(choice);
  };
  return [chosen ?? given, choose];
}

interface PartProps {
  readonly part: Part;
  readonly context: OutputContext;
}

/** Drawn anew only when its output is another one: a stream that grows leaves the images beside it alone. */
class PartView extends Component<PartProps> {
  override shouldComponentUpdate({ part, context }: PartProps): boolean {
    const before = this.props;
    if (part.kind === "frame" || before.part.kind === "frame") return true;
    return part.output !== before.part.output || context !== before.context;
  }

  override render({ part, context }: PartProps): VNode {
    if (part.kind === "frame") return <Framed items={part.items} title={say("Output of a cell")} context={context} />;
    const { output, form } = part;
    switch (output.type) {
      case "stream":
        return <Text text={output.text} kind={output.name} />;
      case "error":
        return <Traceback output={output} />;
      case "data":
        return <Data output={output} form={form} context={context} />;
    }
  }
}

function Collapsed({ count, open }: { readonly count: number; open(): void }): VNode {
  return (
    <button type="button" class="outputs-collapsed" aria-expanded={false} onClick={open}>
      {say(count === 1 ? "1 output hidden · show" : "{count} outputs hidden · show", { count })}
    </button>
  );
}

function CopyButton({ outputs }: { readonly outputs: readonly OutputModel[] }): VNode | null {
  const [copied, setCopied] = useState(false);
  if (!outputs.some((output) => output.type !== "data" || "text/plain" in output.data)) return null;
  const copy = async () => {
    const text = outputs.map(plainOf).filter(Boolean).join("\n");
    setCopied(
      await navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
      ),
    );
  };
  return (
    <button type="button" onClick={copy} onBlur={() => setCopied(false)}>
      {say(copied ? "Copied" : "Copy")}
    </button>
  );
}

/** An output as plain text; empty if it has none. */
export function plainOf(output: OutputModel): string {
  switch (output.type) {
    case "stream":
      return plainText(output.text.toString());
    case "error":
      return plainText(output.traceback.toString()) || `${output.name}: ${output.message}`;
    case "data":
      return plainText(textOf(output.data["text/plain"]));
  }
}

function linesOf(outputs: readonly OutputModel[]): number {
  const lines = (output: OutputModel) =>
    output.type === "stream" ? output.text.lines : output.type === "error" ? output.traceback.lines : 0;
  return outputs.reduce((sum, output) => sum + lines(output), 0);
}
