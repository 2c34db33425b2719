import { expect, test } from "vitest";
import { TOKEN } from "../testing/hub.ts";
import { openConnectedPage, openHub, openPage, pass, settle } from "../testing/page.ts";

const MINUTES = 60_000;

test("a token signs in, and is sent once only", async () => {
  const hub = openHub();
  const page = await openConnectedPage(hub);
  expect(page.session.account.value).toMatchObject({ id: "alice", name: "alice" });
  expect(page.session.eid.value).toBe("eid-alice");
  await pass(60 * MINUTES);
  expect(hub.requests.filter(({ body }) => JSON.stringify(body).includes(TOKEN))).toHaveLength(1);
});

test("the socket's first ticket comes with the session", async () => {
  const hub = openHub();
  await openConnectedPage(hub);
  expect(hub.requests.map(({ path }) => path)).toEqual(["/api/v2/embed/session"]);
  expect(hub.last.socket.protocols).toEqual(["carrel.v1", expect.stringMatching(/^carrel\.ticket\.t\d+$/)]);
});

test("an unknown token is not tried again", async () => {
  const hub = openHub();
  const page = openPage(hub);
  page.start("x".repeat(24));
  await pass(60 * MINUTES);
  expect(page.session.state.value).toEqual({ name: "required", why: "invalid" });
  expect(hub.requests).toHaveLength(1);
});

test("without a token and without an earlier session a token is asked for", async () => {
  const hub = openHub();
  const page = openPage(hub);
  page.start(null);
  await settle();
  expect(page.session.state.value).toEqual({ name: "required", why: "missing" });
  expect(hub.requests).toEqual([]);
});

test("the bearer is renewed at two thirds of its life", async () => {
  const hub = openHub();
  await openConnectedPage(hub);
  await pass(10 * MINUTES - 1000);
  expect(hub.requests.map(({ path }) => path)).not.toContain("/api/v2/embed/refresh");
  await pass(2000);
  expect(hub.requests.map(({ path }) => path)).toContain("/api/v2/embed/refresh");
});

test("a page that was offline past the life of its bearer goes on", async () => {
  const hub = openHub();
  const page = await openConnectedPage(hub);
  hub.isReachable = false;
  hub.last.socket.end(1006);
  await pass(20 * MINUTES);
  expect(page.session.state.value.name).toBe("in");
  hub.isReachable = true;
  await pass(2 * MINUTES);
  expect(page.connection.status.value).toBe("connected");
});

test("signing in waits for a hub that cannot be reached", async () => {
  const hub = openHub();
  hub.isReachable = false;
  const page = openPage(hub);
  page.start(TOKEN);
  await pass(5 * MINUTES);
  expect(page.session.state.value.name).toBe("starting");
  hub.isReachable = true;
  await pass(MINUTES);
  expect(page.session.state.value.name).toBe("in");
});

test("a redemption that fails changes nothing", async () => {
  const hub = openHub();
  const page = await openConnectedPage(hub);
  await expect(page.session.redeem("y".repeat(24))).rejects.toMatchObject({ status: 401 });
  expect(page.session.account.value?.id).toBe("alice");
  expect(page.connection.status.value).toBe("connected");
});

test("requests that are refused at the same time share one renewal", async () => {
  const hub = openHub();
  const page = await openConnectedPage(hub);
  const before = hub.requests.length;
  let refusals = 0;
  const request = async (bearer: string): Promise<string> => {
    if (refusals++ < 2) await page.hub.refresh("stale");
    return bearer;
  };
  await Promise.all([page.session.authorized(request), page.session.authorized(request)]);
  const renewals = hub.requests.slice(before).filter(({ bearer }) => bearer !== "stale");
  expect(renewals).toHaveLength(1);
});

test.each([
  [200, { name: "in" }],
  [401, { name: "required", why: "invalid" }],
  [403, { name: "refused", code: "forbidden", message: "account is not available" }],
  [429, { name: "refused", code: "throttled", message: "account is not available" }],
])("a redemption that was under way before the application is judged as any other: %i", async (status, state) => {
  const hub = openHub();
  const page = openPage(hub);
  hub.bearers.set("b", "a");
  const session = { bearer: "b", expires_in: 900, eid: "e", account_id: "a", name: "A", scope: {} };
  const body = status === 200 ? session : { error: "account is not available", code: "forbidden" };
  page.start(TOKEN, Promise.resolve(Response.json(body, { status })));
  await settle();
  expect(page.session.state.value).toMatchObject(state);
  expect(hub.requests.filter(({ path }) => path.endsWith("session"))).toEqual([]);
});

test("a page that only looks says so when it signs in", async () => {
  const hub = openHub();
  await openConnectedPage(hub, "/app?fullscreen=kiosk&readonly=1");
  expect(hub.requests[0]?.body).toMatchObject({ readonly: true });
});
