/** An output that came as a bundle of MIME types, in its richest form that needs no frame. */
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Markdown } from "../markdown/markdown.tsx";
import { say } from "../state/say.ts";
import type { OutputContext } from "./context.ts";
import { deferred } from "./deferred.ts";
import { bytesOf, Image } from "./image.tsx";
import { type Form, metadataOf } from "./mime.ts";
import { type DataOutput, textOf } from "./model.ts";
import { plainNodes } from "./plain-html.ts";
import { whenSafe } from "./sanitize.ts";
import { StreamText } from "./stream.ts";
import { Text } from "./text.tsx";

export const JsonTree = deferred(async () => (await import("./json-tree.tsx")).JsonTree);

interface DataProps {
  readonly output: DataOutput;
  readonly form: Form | null;
  readonly context: OutputContext;
}

export function Data({ output, form, context }: DataProps): VNode {
  switch (form?.renderer) {
    case "html":
      return <PlainHtml output={output} />;
    case "markdown":
      return <Markdown source={textOf(output.data[form.mime])} context={context} />;
    case "image":
      return <Image output={output} form={form} context={context} />;
    case "json":
      return <JsonTree value={output.data[form.mime]} expanded={metadataOf(output, form.mime, "expanded")} />;
    case "file":
      return <File output={output} form={form} context={context} />;
    case "text":
      return <Text text={StreamText.of(textOf(output.data[form.mime]))} kind="plain" />;
    default:
      return <Unknown output={output} />;
  }
}

function PlainHtml({ output }: { readonly output: DataOutput }): VNode {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    let isOver = false;
    void whenSafe(plainNodes(output), (nodes) => isOver || element.current?.replaceChildren(nodes));
    return () => {
      isOver = true;
    };
  }, [output]);
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  return <section class="output-html table-scroller" ref={element} tabIndex={0} aria-label={say("Table")} />;
}

function File({ output, form, context }: DataProps & { readonly form: Form }): VNode {
  const save = () => {
    context.download({
      filename: "output.pdf",
      mime: form.mime,
      data: bytesOf(form.mime, textOf(output.data[form.mime])),
    });
  };
  return (
    <p class="output-notice">
      {textOf(output.data["text/plain"]) || say("A PDF document")}{" "}
      <button type="button" onClick={save}>
        {say("Download")}
      </button>
    </p>
  );
}

function Unknown({ output }: { readonly output: DataOutput }): VNode {
  const types = Object.keys(output.data).join(", ");
  return (
    <p class="output-notice">{types ? say("This page cannot show {types}.", { types }) : say("An empty output.")}</p>
  );
}
