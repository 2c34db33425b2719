import { expect, test } from "vitest";
import { filePath, readLink } from "./links.ts";

const AT = "course/week 1/a#b.ipynb";

test.each([
  ["https://example.org/x?y=1", { to: "web", url: "https://example.org/x?y=1" }],
  ["//example.org/x", { to: "web", url: "https://example.org/x" }],
  ["mailto:a@example.org", { to: "web", url: "mailto:a@example.org" }],
  ["data.csv", { to: "file", path: "course/week 1/data.csv", anchor: "" }],
  ["../b%20c.ipynb#Top", { to: "file", path: "course/b c.ipynb", anchor: "Top" }],
  ["../../../../x", { to: "file", path: "x", anchor: "" }],
  ["/x/y", { to: "file", path: "x/y", anchor: "" }],
  ["#A%20place", { to: "anchor", anchor: "A place" }],
  ["100%.txt", { to: "file", path: "course/week 1/100%.txt", anchor: "" }],
])("%s leads where it should", (href, link) => {
  expect(readLink(href, AT)).toEqual(link);
});

test.each([
  "javascript:alert(1)",
  " java\tscript:alert(1)",
  "\u0001JAVASCRIPT:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "file:///etc/passwd",
  "blob:https://example.org/1",
  "about:blank",
  "https://",
])("%s is not followed", (href) => {
  expect(readLink(href, AT)).toBeNull();
  expect(filePath(href, AT)).toBeNull();
});
