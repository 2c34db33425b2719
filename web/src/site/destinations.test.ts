import { expect, test } from "vitest";
import { appThatAsks, destination, handOver } from "./destinations.ts";

test.each([
  ["/settings/api-keys?x=1", "/settings/api-keys?x=1"],
  ["//evil.example", "/projects"],
  ["/\\evil.example", "/projects"],
  ["https://evil.example", "/projects"],
  ["javascript:alert(1)", "/projects"],
  ["", "/projects"],
])("after signing in one stays within the site: %s", (to, expected) => {
  expect(destination(new URLSearchParams({ to }))).toBe(expected);
});

test("a program asks for a key at one address only", () => {
  expect(appThatAsks("/app?get_api_key=My%20App")).toBe("My App");
  expect(appThatAsks("/app")).toBeNull();
  expect(appThatAsks("/projects?get_api_key=My%20App")).toBeNull();
  expect(handOver("sk-a&b")).toBe("https://authenticated/?api_key=sk-a%26b");
});
