/** The output widget: what ran in its context, which the kernel's side keeps in its state. */
import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { isObject, type Unknowns } from "../wire/json.ts";
import { textOf } from "./draw.ts";
import { insertHtml } from "./html.ts";

const MODULE = { module: "@jupyter-widgets/output", version: "1.0.0" };

export class OutputModel extends DOMWidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      _model_name: "OutputModel",
      _view_name: "OutputView",
      _model_module: MODULE.module,
      _view_module: MODULE.module,
      _model_module_version: MODULE.version,
      _view_module_version: MODULE.version,
      msg_id: "",
      outputs: [],
    };
  }
}

export class OutputView extends DOMWidgetView {
  override render(): void {
    super.render();
    this.listenTo(this.model, "change:outputs", () => this.show());
    this.show();
  }

  private show(): void {
    const outputs: unknown = this.model.get("outputs");
    this.el.replaceChildren(...(Array.isArray(outputs) ? outputs : []).filter(isObject).map(elementOf));
  }
}

function elementOf(output: Unknowns): HTMLElement {
  const data = isObject(output.data) ? output.data : {};
  const image = Object.keys(data).find((mime) => /^image\/(png|jpeg|gif|webp)$/.test(mime));
  if (image) return imageOf(image, textOf(data[image]));
  if (data["text/html"] !== undefined) return htmlOf(textOf(data["text/html"]));
  const traceback = Array.isArray(output.traceback) ? output.traceback.join("\n") : "";
  return preOf(textOf(output.text ?? data["text/plain"] ?? traceback));
}

function imageOf(mime: string, base64: string): HTMLElement {
  const image = document.createElement("img");
  image.src = `data:${mime};base64,${base64}`;
  return image;
}

function htmlOf(html: string): HTMLElement {
  const element = document.createElement("div");
  void insertHtml(html, element);
  return element;
}

function preOf(text: string): HTMLElement {
  const element = document.createElement("pre");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal are left out here
  element.textContent = text.replace(/\x1b\[[0-9;]*m/g, "");
  return element;
}
