/** Views that few pages show: loaded when one is shown first, or before, when there is time. */
import { type ComponentType, createElement, type VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface Deferred<Props> {
  (props: Props): VNode | null;
  /** Have it at hand. Never rejects: what cannot be loaded now is tried again when it is shown. */
  fetch(): Promise<void>;
}

/** `meanwhile` is shown until it is there, and where it cannot be loaded. */
export function deferred<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: (props: Props) => VNode | null = () => null,
): Deferred<Props> {
  let view: ComponentType<Props> | null = null;
  const fetch = async (): Promise<void> => {
    view ??= await load().catch(() => null);
  };
  const show = (props: Props): VNode | null => {
    const [, redraw] = useState(0);
    useEffect(() => {
      if (view === null) void fetch().then(() => redraw(1));
    }, []);
    return view ? (createElement(view, props) as VNode) : meanwhile(props);
  };
  return Object.assign(show, { fetch });
}
