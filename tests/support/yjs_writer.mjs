// Takes a document in (one line of base64), edits it as @jupyter/ydoc does, and prints the update as base64.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2]);
const Y = require("yjs");
const doc = new Y.Doc();
const cells = doc.getArray("cells");
const meta = doc.getMap("meta");
for await (const line of createInterface({ input: process.stdin })) {
  if (line) Y.applyUpdate(doc, Buffer.from(line, "base64"));
}
const before = Y.encodeStateVector(doc);

function map(fields) {
  const made = new Y.Map();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}

function codeCell(id, source, outputs) {
  const list = new Y.Array();
  list.push(outputs);
  const fields = { source: new Y.Text(source), metadata: map({ tags: ["new"] }), execution_state: "idle" };
  return map({ id, cell_type: "code", ...fields, execution_count: 3, outputs: list });
}

doc.transact(() => {
  const stream = map({ output_type: "stream", name: "stdout", text: new Y.Text("printed\n") });
  const shown = map({ output_type: "display_data", data: { "text/plain": "'é😀'" }, metadata: {} });
  cells.insert(1, [codeCell("js", "print(6 * 7)", [stream, shown])]);
  const text = { source: new Y.Text("# A title\n"), metadata: new Y.Map() };
  const attachments = { "a.png": { "image/png": "AAAA" } };
  cells.push([map({ id: "text", cell_type: "markdown", ...text, attachments })]);
  const first = cells.get(0).get("source");
  first.insert(first.length, "# 😀 from yjs\n");
  first.delete(0, 1);
  meta.get("metadata").set("written_by", "yjs");
});
process.stdout.write(Buffer.from(Y.encodeStateAsUpdate(doc, before)).toString("base64"));
