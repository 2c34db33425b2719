import { describe, expect, test } from "vitest";
import { normalisePath, parseAddress, parseFragment, stripToken } from "./address.ts";

const ID = "11111111-2222-4333-8444-555555555555";
const TOKEN = "abcdefghijklmnopqrstuvwx";
const at = (rest: string) => new URL(`https://carrel.example.net${rest}`);

describe("the token", () => {
  test.each([
    [`/app?auth_token=${TOKEN}&fullscreen=kiosk&session=`, "/app?fullscreen=kiosk"],
    [`/app?fullscreen=kiosk#auth_token=${TOKEN}`, "/app?fullscreen=kiosk"],
    [`/app#line=3&auth_token=${TOKEN}&id=c1`, "/app#line=3&id=c1"],
    [`/app?auth_token=another#auth_token=${TOKEN}`, "/app"],
    [`/app?fullscreen=default&theme=dark#auth_token=${TOKEN}`, "/app?theme=dark"],
  ])("is taken out of %s", (before, after) => {
    const { url, token } = stripToken(at(before));
    expect(token).toBe(TOKEN);
    expect(url.href).toBe(at(after).href);
    expect(url.href).not.toContain(TOKEN);
  });

  test("is null where there is none, and the rest stays", () => {
    const url = at("/app?fullscreen=kiosk&eid=e1#section");
    expect(stripToken(url)).toEqual({ url, token: null, session: null });
  });

  test.each(["work", ""])("is taken out with the session %j", (session) => {
    const stripped = stripToken(at(`/app?session=${session}#line=3`));
    expect(stripped).toEqual({ url: at("/app#line=3"), token: null, session });
  });
});

describe("the file of an address", () => {
  const file = (path: string, base = "") => {
    const { projectId, path: found } = parseAddress(at(path), base);
    return projectId === null ? null : `${projectId}/${found}`;
  };

  test.each([
    ["a.ipynb", "a.ipynb"],
    ["dir/%23%20%25%C3%BC.ipynb", "dir/# %ü.ipynb"],
    ["dir//x/./a.py", "dir/x/a.py"],
    ["x/../a.py", "a.py"],
  ])("%s is %s", (encoded, path) => {
    expect(file(`/base/projects/${ID}/files/${encoded}?fullscreen=kiosk`, "/base")).toBe(`${ID}/${path}`);
  });

  test.each([
    `/projects/${ID}/files/dir/`,
    `/projects/${ID}/files/`,
    `/projects/${ID}/files/%2e%2e%2fother`,
    `/projects/${ID}/files/%ff`,
    `/projects/${ID}/files/a%00b`,
    `/projects/${ID}/settings`,
    "/projects/no-uuid/files/a.ipynb",
    "/app",
    "/settings",
  ])("%s names none", (path) => {
    expect(file(path)).toBeNull();
  });
});

test.each([
  [`/projects/${ID}/files/a.ipynb`, false],
  [`/projects/${ID}/files/dir/`, false],
  [`/projects/${ID}/settings`, false],
  ["/app", false],
  ["/projects", false],
  [`/projects/${ID}/files/%2e%2e%2fother`, true],
  [`/projects/${ID}/files/a%00b`, true],
  ["/projects/no-uuid/files/a.ipynb", true],
  ["/projects/no-uuid/files/dir/", true],
])("%s is a mistake: %s", (path, isWrong) => {
  expect(parseAddress(at(path), "").isWrong).toBe(isWrong);
});

test.each([
  ["", null],
  ["..", null],
  ["a/../../b", null],
  ["/etc/passwd", null],
  ["a\0b", null],
  [".", null],
  ["./a//b/", "a/b"],
  ["...", "..."],
])("the path '%s' is %s", (path, normalised) => {
  expect(normalisePath(path)).toBe(normalised);
});

test.each([
  ["", {}],
  ["#intro", { anchor: "intro" }],
  ["#line=12", { line: 12 }],
  ["#id=c1", { cell: "c1", anchor: "c1" }],
  ["#line=2&id=c1&page=4&a=b=c", { line: 2, page: 4, cell: "c1", anchor: "c1" }],
  ["#line=minus", {}],
  ["#page=4&chat=1763000000000", { page: 4 }],
  ["#id=a%26b%3Dc", { cell: "a&b=c", anchor: "a&b=c" }],
  ["#x%3D1", { anchor: "x=1" }],
  ["#%E4%F6", { anchor: "%E4%F6" }],
])("the fragment '%s' leads to %j", (hash, target) => {
  expect(parseFragment(hash)).toEqual(target);
});

test("what is unknown in the query changes nothing", () => {
  const address = parseAddress(at("/app?fullscreen=yes&theme=pink&resize=2&readonly=0"), "");
  expect(address).toMatchObject({ kiosk: false, theme: "auto", resize: "off", readonly: false });
});
