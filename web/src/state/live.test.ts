import { expect, test } from "vitest";
import { PROJECT, type TestFile, type TestHub } from "../testing/hub.ts";
import { openConnectedPage, openHub, pass, settle } from "../testing/page.ts";
import type { CallError } from "./document.ts";
import type { OpenFile } from "./open-file.ts";
import type { Page } from "./page.ts";
import type { SharedDocument } from "./shared-document.ts";

const LONG_MS = 60_000;

async function openFile(page: Page, path = "a.txt"): Promise<OpenFile> {
  const file = page.files.enter({ projectId: PROJECT, path, create: false, target: {} }, "front");
  await settle();
  return file;
}

function documentOf(file: OpenFile): SharedDocument {
  const document = file.document.value;
  if (document === null) throw new Error("the file is not open");
  return document;
}

const sourceOf = (file: OpenFile) => documentOf(file).ydoc.getText("source");

async function openOne(text = "one"): Promise<{ hub: TestHub; page: Page; remote: TestFile; file: OpenFile }> {
  const hub = openHub();
  const remote = hub.add("a.txt", text);
  const page = await openConnectedPage(hub);
  return { hub, page, remote, file: await openFile(page) };
}

async function cut(hub: TestHub): Promise<void> {
  hub.isReachable = false;
  hub.last.socket.end(1006);
  await settle();
}

async function mend(hub: TestHub): Promise<void> {
  hub.isReachable = true;
  await pass(LONG_MS);
}

test("a file arrives with its content and no edit under way", async () => {
  const { file } = await openOne("one");
  const document = documentOf(file);
  expect(sourceOf(file).toString()).toBe("one");
  expect(document.status.value).toBe("live");
  expect(document.unacknowledged.value).toBe(0);
  expect(document.dirty.value).toBe(false);
});

test("a page goes where its address leads once, however often its editor is made anew", async () => {
  const page = await openConnectedPage(openHub());
  const file = page.files.enter({ projectId: PROJECT, path: "a.txt", create: false, target: { line: 3 } }, "front");
  expect([file.takeTarget(), file.takeTarget()]).toEqual([{ line: 3 }, {}]);
  file.reveal({ line: 4 });
  expect([file.takeTarget(), file.takeTarget()]).toEqual([{ line: 4 }, {}]);
});

test("an edit counts until the agent has it on disk", async () => {
  const { hub, file, remote } = await openOne("one");
  remote.holdsAcks = true;
  sourceOf(file).insert(3, " two");
  sourceOf(file).insert(7, " three");
  await settle();
  expect(remote.source.toString()).toBe("one two three");
  expect(documentOf(file).unacknowledged.value).toBe(2);
  expect(documentOf(file).dirty.value).toBe(true);
  hub.last.acknowledge(1);
  expect(documentOf(file).unacknowledged.value).toBe(0);
  expect(documentOf(file).dirty.value).toBe(false);
});

test("edits of both sides during a cut meet afterwards", async () => {
  const { hub, file, remote } = await openOne("one");
  await cut(hub);
  expect(documentOf(file).status.value).toBe("offline");
  sourceOf(file).insert(0, "here ");
  remote.source.insert(3, " there");
  expect(documentOf(file).unacknowledged.value).toBe(1);
  await mend(hub);
  expect(remote.source.toString()).toBe("here one there");
  expect(sourceOf(file).toString()).toBe("here one there");
  expect(documentOf(file).unacknowledged.value).toBe(0);
  expect(documentOf(file).status.value).toBe("live");
});

test("an edit that was sent but not acknowledged is sent again after a cut", async () => {
  const { hub, file, remote } = await openOne("one");
  remote.holdsAcks = true;
  sourceOf(file).insert(3, "!");
  await settle();
  await cut(hub);
  remote.holdsAcks = false;
  await mend(hub);
  expect(documentOf(file).unacknowledged.value).toBe(0);
  expect(remote.source.toString()).toBe("one!");
});

test("a page with another generation rescues what it has and begins anew", async () => {
  const { hub, file, remote } = await openOne("one");
  const old = documentOf(file);
  await cut(hub);
  sourceOf(file).insert(3, " unsaved");
  remote.makeAnew("g2", "one from the file");
  await mend(hub);
  expect(remote.rescued).toMatchObject([{ generation: "g1", text: "one unsaved" }]);
  expect(documentOf(file)).not.toBe(old);
  expect(old.status.value).toBe("closed");
  expect(sourceOf(file).toString()).toBe("one from the file");
  expect(remote.source.toString()).toBe("one from the file");
});

test("what is typed while a rescue is under way is rescued too", async () => {
  const { hub, file, remote } = await openOne("one");
  await cut(hub);
  remote.makeAnew("g2", "new");
  remote.holdsAcks = true;
  await mend(hub);
  sourceOf(file).insert(3, " more");
  remote.holdsAcks = false;
  hub.last.acknowledge(1);
  await settle();
  expect(remote.rescued.at(-1)?.text).toBe("one more");
  expect(sourceOf(file).toString()).toBe("new");
});

test("a document that the agent lost is opened again", async () => {
  const { hub, file } = await openOne("one");
  hub.last.control({ t: "closed", ch: 1, code: "lost", message: "the agent ended" });
  expect(documentOf(file).status.value).toBe("offline");
  await pass(LONG_MS);
  expect(documentOf(file).status.value).toBe("live");
  expect([...hub.last.channels.keys()]).toContain(2);
});

test("a read-only page sends no updates", async () => {
  const hub = openHub();
  const remote = hub.add("a.txt", "one");
  remote.readonly = true;
  const file = await openFile(await openConnectedPage(hub));
  expect(sourceOf(file).toString()).toBe("one");
  expect(documentOf(file).readonly.value).toBe(true);
  expect([...documentOf(file).may.value]).toEqual(["export"]);
  expect(remote.received).toEqual([]);
});

test("a refused edit makes the page begin with what the agent has", async () => {
  const { hub, file, remote } = await openOne("one");
  const old = documentOf(file);
  hub.last.event(1, { event: "refused", code: "readonly", message: "the file is read-only" });
  expect(file.refusal.value).toBe("the file is read-only");
  await pass(LONG_MS);
  expect(documentOf(file)).not.toBe(old);
  expect(sourceOf(file).toString()).toBe(remote.source.toString());
});

test("edits are gathered while the network is slow", async () => {
  const { hub, file, remote } = await openOne("");
  hub.last.socket.bufferedAmount = 5e6;
  const before = remote.received.length;
  for (const letter of "abcdefgh") sourceOf(file).insert(sourceOf(file).length, letter);
  await pass(200);
  expect(remote.received).toHaveLength(before);
  expect(documentOf(file).unacknowledged.value).toBe(8);
  hub.last.socket.bufferedAmount = 0;
  await pass(200);
  expect(remote.received).toHaveLength(before + 1);
  expect(remote.source.toString()).toBe("abcdefgh");
  expect(documentOf(file).unacknowledged.value).toBe(0);
});

test("calls are answered, and fail when the connection goes", async () => {
  const { hub, file, remote } = await openOne();
  remote.answer = (method) => (method === "save" ? { mtime: 5 } : undefined);
  expect(await documentOf(file).call("save", { cause: "user" })).toEqual({ mtime: 5 });
  const lost = documentOf(file).call("run", { what: "all" });
  await settle();
  await Promise.all([expect(lost).rejects.toMatchObject({ code: "offline" } satisfies Partial<CallError>), cut(hub)]);
  await expect(documentOf(file).call("save", {})).rejects.toMatchObject({ code: "offline" });
});

test("a socket that ends with 4401 comes back with a new bearer and a new ticket", async () => {
  const { hub, page } = await openOne();
  const before = hub.last;
  hub.bearers.clear();
  for (const secret of hub.secrets.keys()) hub.secrets.delete(secret);
  hub.last.socket.end(4401);
  await settle();
  expect(page.session.state.value).toEqual({ name: "required", why: "expired" });
  await page.session.redeem([...hub.tokens.keys()][0] ?? "");
  await pass(LONG_MS);
  expect(hub.last).not.toBe(before);
  expect(hub.last.socket.protocols).not.toEqual(before.socket.protocols);
  expect(page.connection.status.value).toBe("connected");
});

test("a socket that ends with 4403 is not tried again", async () => {
  const { hub, page } = await openOne();
  const count = hub.connections.length;
  hub.last.socket.end(4403);
  await pass(10 * LONG_MS);
  expect(page.session.state.value).toMatchObject({ name: "refused", code: "forbidden" });
  expect(hub.connections).toHaveLength(count);
});

test("a connection that does not answer is replaced", async () => {
  const { hub, page } = await openOne();
  const { socket } = hub.last;
  socket.server = null;
  await pass(LONG_MS);
  expect(hub.last.socket).not.toBe(socket);
  expect(page.connection.status.value).toBe("connected");
});

test("round trips make the quality", async () => {
  const { page, hub } = await openOne();
  expect(page.connection.quality.value).toBe("good");
  expect(page.connection.ping.value).toBeTypeOf("number");
  await cut(hub);
  expect(page.connection.quality.value).toBe("bad");
  expect(["connecting", "disconnected"]).toContain(page.connection.status.value);
});

test("what another person is doing is forgotten when the connection goes", async () => {
  const { hub, file } = await openOne();
  const { awareness } = documentOf(file);
  awareness.states.set(999, { user: { name: "Bob" } });
  await cut(hub);
  expect([...awareness.getStates().keys()]).toEqual([awareness.clientID]);
});

test("nothing of one account is left when another one signs in", async () => {
  const { hub, page, file } = await openOne();
  hub.tokens.set("b".repeat(24), "bob");
  await page.session.redeem("b".repeat(24));
  expect(page.files.all.value).toEqual([]);
  expect(file.document.value?.status.value).toBe("closed");
  await pass(LONG_MS);
  expect(page.connection.status.value).toBe("connected");
  expect(hub.last.channels.size).toBe(0);
});
