import { afterEach, expect, test } from "vitest";
import { language } from "../../state/language.ts";
import { HttpError } from "../api.ts";
import { inWords } from "./problems.ts";

afterEach(() => {
  language.value = "en";
});

test.each([
  ["a code", new HttpError(403, "permission-missing", "User x does not have write access", null), /nicht/],
  ["a text without a code", new HttpError(200, "error", "Current password is incorrect.", null), /Passwort stimmt/],
  [
    "another error in the server's words",
    new HttpError(409, "file-exists", "there is a.txt", null),
    /^There is a.txt\.$/,
  ],
])("%s is told in the reader's language", (_, error, told) => {
  language.value = "de";
  expect(inWords(error)).toMatch(told);
});
