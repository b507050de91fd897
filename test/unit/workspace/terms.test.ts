import assert from "node:assert/strict";
import { test } from "node:test";
import { codeTerms } from "../../../src/workspace/terms.ts";

test("identifiers give themselves and their parts", () => {
  assert.deepEqual(codeTerms("readFileSync(a, 12)"), ["readfilesync", "read", "file", "sync"]);
  assert.deepEqual(codeTerms("HTTPServer max_token_count"), [
    "httpserver",
    "http",
    "server",
    "max_token_count",
    "max",
    "token",
    "count",
  ]);
  assert.deepEqual(codeTerms("größe = Übung"), ["größe", "übung"]);
});
