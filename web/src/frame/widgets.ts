/** Widgets of ipywidgets: models as the kernel has them, and a view for each output that shows one. */
import "@jupyter-widgets/base/css/index.css";
import "@jupyter-widgets/controls/css/widgets.css";
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { MessageLoop } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import type { CommMessage } from "../state/document.ts";
import type { JsonObject } from "../wire/json.ts";
import { isObject, isString } from "../wire/json.ts";
import type { FrameLink } from "./link.ts";
import { WidgetComm } from "./widget-comm.ts";
import * as output from "./widget-output.ts";
import { say } from "./words.ts";

/** A whole message of Jupyter's protocol, of which the base class reads what `WidgetComm.received` gives. */
type CommOpen = Parameters<ManagerBase["handle_comm_open"]>[1];

const MODULES: Readonly<Record<string, object>> = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  "@jupyter-widgets/output": output,
};

const managers = new WeakMap<FrameLink, WidgetManager>();

export async function drawWidget(reference: unknown, section: HTMLElement, link: FrameLink): Promise<void> {
  const id = isObject(reference) && isString(reference.model_id) ? reference.model_id : "";
  const manager = managers.get(link) ?? new WidgetManager(link);
  managers.set(link, manager);
  const view = await manager.create_view(await manager.modelOf(id));
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.BeforeAttach);
  section.append(view.el);
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.AfterAttach);
}

class WidgetManager extends ManagerBase {
  readonly #link: FrameLink;
  readonly #comms = new Map<string, WidgetComm>();
  #loaded: Promise<void> | null = null;

  constructor(link: FrameLink) {
    super();
    this.#link = link;
    link.onComm((message) => this.#receive(message));
  }

  /** A model that was opened while the page listened, or else one that the kernel tells of. */
  async modelOf(id: string): Promise<base.DOMWidgetModel> {
    if (!this.has_model(id)) {
      this.#loaded ??= this._loadFromKernel();
      await this.#loaded;
    }
    if (!this.has_model(id)) throw new Error(say("Its kernel no longer has the widget: run the cell again."));
    return (await this.get_model(id)) as base.DOMWidgetModel;
  }

  protected override loadClass(
    className: string,
    moduleName: string,
  ): Promise<typeof base.WidgetModel | typeof base.WidgetView> {
    const module = MODULES[moduleName] as Record<string, typeof base.WidgetModel> | undefined;
    const found = module?.[className];
    if (found) return Promise.resolve(found);
    return Promise.reject(
      new Error(say("Widgets of {module} are not part of this server.").replace("{module}", moduleName)),
    );
  }

  protected override async _create_comm(
    target: string,
    id?: string,
    data?: JsonObject,
    metadata?: JsonObject,
    buffers?: ArrayBuffer[] | ArrayBufferView[],
  ): Promise<base.IClassicComm> {
    const comm = this.#commOf(target, id ?? base.uuid());
    if (data || metadata) comm.open(data ?? {}, undefined, metadata, buffers);
    return comm;
  }

  protected override async _get_comm_info(): Promise<Record<string, { target_name: string }>> {
    const ids = await this.#link.listComms();
    return Object.fromEntries(ids.map((id) => [id, { target_name: this.comm_target_name }]));
  }

  #commOf(target: string, id: string): WidgetComm {
    const comm = new WidgetComm(target, id, (message) => this.#link.send({ type: "comm", message }));
    this.#comms.set(id, comm);
    return comm;
  }

  #receive(message: CommMessage): void {
    const { comm_id: id, target_name: target } = message.content;
    if (!isString(id)) return;
    if (message.msgType === "comm_open") {
      if (target !== this.comm_target_name || this.has_model(id)) return;
      const comm = this.#commOf(target, id);
      void this.handle_comm_open(comm, comm.received(message) as unknown as CommOpen);
      return;
    }
    this.#comms.get(id)?.take(message);
    if (message.msgType === "comm_close") this.#comms.delete(id);
  }
}
