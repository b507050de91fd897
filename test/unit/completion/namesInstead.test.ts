// Where no compiler helps: of a class whose members all stand in it, and of a module of the repository whose exports are known, a name that does
// not exist is written anew as one that does. Where a list may not be whole nothing is held to it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareQueries } from "../../../common/syntax/prepareQueries.ts";
import { CompletionCache } from "../../../src/completion/cache.ts";
import { complete } from "../../../src/completion/complete.ts";
import { allFilters } from "../../../src/completion/filters.ts";
import { defaultCompletionSettings } from "../../../src/completion/settings.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { native, never } from "./completeAt.ts";
import { scriptedModel } from "./scriptedModel.ts";

await prepareQueries(native, "python");

const workspaceOf = (files: Record<string, string>): Workspace => ({
  list: async () => Object.keys(files),
  read: async (path) => files[path],
  ignored: async () => undefined,
});

/** The outcome where the model writes `first`, and `then` where it is held to words; and the words, with the text that they follow. */
async function written(cursor: string, first: string, then: string, files: Record<string, string> = {}) {
  const [prefix, suffix] = cursor.split("│") as [string, string];
  const held: { words: string[]; line: string }[] = [];
  const model = scriptedModel("");
  model.generate = async (params, onText, signal) => {
    const { words } = params;
    if (words) held.push({ words: words.toSorted(), line: params.prompt.prefix.split("\n").at(-1)! });
    return scriptedModel(words ? then : params.forced ? "" : first).generate(params, onText, signal);
  };
  const item = { uri: "file:///w/app/a.py", path: "app/a.py", languageId: "python", text: prefix + suffix };
  const { outcome } = await complete(
    { document: openDocument(item, native), offset: prefix.length, explicit: false, filter: true },
    {
      model,
      cache: new CompletionCache(),
      sources: { workspace: workspaceOf({ ...files, "app/a.py": prefix + suffix }), patienceMs: 5_000 },
      settings: { ...defaultCompletionSettings, filters: { ...allFilters, improbable: false } },
    },
    never,
  );
  return { shown: outcome.kind === "shown" ? outcome.items[0]!.text : outcome.reason, held };
}

const box = (bases: string, line: string) =>
  `class Box${bases}:\n    def __init__(self, width):\n        self.width = width\n        self.depth = 1\n\n    def area(self):\n        ${line}\n`;

test("a member that the class does not have becomes one that it has", async () => {
  const { shown, held } = await written(box("", "return │"), "self.widht * 2\n", "width * 2\n");
  assert.deepEqual(held, [{ words: ["__init__", "area", "depth", "width"], line: "        return self." }]);
  assert.equal(shown, "self.width * 2");
});

test("of a name that was begun the rests are given", async () => {
  const { shown, held } = await written(box("", "return self.wi│"), "dht * 2\n", "dth * 2\n");
  assert.deepEqual(held, [{ words: ["dth"], line: "        return self.wi" }]);
  assert.equal(shown, "dth * 2");
});

test("a class that may have more members holds nothing", async () => {
  const { shown, held } = await written(box("(Base)", "return │"), "self.widht * 2\n", "width\n");
  assert.deepEqual({ shown, held }, { shown: "self.widht * 2", held: [] });
});

test("a name that a module of the repository does not export becomes one that it has", async () => {
  const files = { "app/__init__.py": "", "app/shapes.py": "SIDES = 4\n\n\ndef area(width):\n    return width\n" };
  const { shown, held } = await written("from .shapes import │\n", "circumference\n", "area\n", files);
  assert.deepEqual(held, [{ words: ["SIDES", "area"], line: "from .shapes import " }]);
  assert.equal(shown, "area");
  const open = { ...files, "app/shapes.py": "from elsewhere import *\n" };
  assert.deepEqual((await written("from .shapes import │\n", "circumference\n", "area\n", open)).held, []);
});

test("after the dot, too, the name that the suggestion writes is no proof of itself", async () => {
  const { shown, held } = await written(box("", "return self.│"), "widht * 2\n", "width * 2\n");
  assert.deepEqual(held, [{ words: ["__init__", "area", "depth", "width"], line: "        return self." }]);
  assert.equal(shown, "width * 2");
});
