// Applies a stream of updates (lines of base64) with yjs and prints what the document then is, as JSON.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2]);
const Y = require("yjs");
const doc = new Y.Doc();
for (const name of ["cells"]) doc.getArray(name);
doc.getMap("meta");
doc.getText("source");
for await (const line of createInterface({ input: process.stdin })) {
  if (line) Y.applyUpdate(doc, Buffer.from(line, "base64"));
}
process.stdout.write(JSON.stringify({
  cells: doc.getArray("cells").toJSON(),
  meta: doc.getMap("meta").toJSON(),
  source: doc.getText("source").toString(),
}));
