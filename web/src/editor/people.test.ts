import { expect, it } from "vitest";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { personOf, watchPeople } from "./people.ts";

it("believes no colour that is not one, and no name that is none", () => {
  expect(personOf({ user: { name: "Ada", color: "#c2185b" } })).toEqual({ name: "Ada", color: "#c2185b" });
  const somebody = { name: "Somebody", color: "#6b7280" };
  for (const state of [null, {}, { user: 1 }, { user: { name: "", color: "red;background:url(//x)" } }]) {
    expect(personOf(state)).toEqual(somebody);
  }
  expect(personOf({ user: { name: "x".repeat(500) } }).name).toHaveLength(80);
});

it("tells who else is here and at which cell, and not of cursors that move", () => {
  const [mine, other] = [new Awareness(new Y.Doc()), new Awareness(new Y.Doc())];
  const { people, end } = watchPeople(mine);
  const send = () => applyAwarenessUpdate(mine, encodeAwarenessUpdate(other, [other.clientID]), "test");
  other.setLocalState({ user: { name: "Ada", color: "#c2185b", account_id: "a" }, cell: "c1" });
  send();
  expect(people.value).toEqual([{ name: "Ada", color: "#c2185b", accountId: "a", cell: "c1", client: other.clientID }]);
  const before = people.value;
  other.setLocalStateField("cursor", { anchor: 1 });
  send();
  expect(people.value).toBe(before);
  end();
  mine.destroy();
  other.destroy();
});
