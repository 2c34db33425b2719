/** What a cell put out, below its code. */
import type { VNode } from "preact";
import type { OutputContext } from "./context.ts";
import type { OutputModel } from "./model.ts";

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

export function Outputs({ outputs }: OutputsProps): VNode {
  return <div class="outputs">{outputs.length}</div>;
}
