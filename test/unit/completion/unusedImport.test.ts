// An import of a name that the file does not use, while the file lacks others: not shown, and written on with one that it lacks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareQueries } from "../../../common/syntax/prepareQueries.ts";
import { allFilters } from "../../../src/completion/filters.ts";
import { defaultCompletionSettings } from "../../../src/completion/settings.ts";
import { at, native } from "./completeAt.ts";
import { scriptedModel } from "./scriptedModel.ts";

await prepareQueries(native, "python");

const settings = { ...defaultCompletionSettings, filters: { ...allFilters, improbable: false } };

/** What comes of the text, and the words that the next one was held to. */
async function written(cursor: string, writes: string, languageId: string) {
  const [prefix, suffix] = cursor.split("│") as [string, string];
  const held: string[][] = [];
  const model = scriptedModel("");
  model.generate = async (params, onText, signal) => {
    const { words, forced } = params;
    if (words) held.push(words.toSorted());
    const text = words ? words[0]! : forced ? "" : writes;
    return scriptedModel(text).generate(params, onText, signal);
  };
  const { outcome } = await at(prefix + suffix, prefix.length, { languageId, settings, model, explicit: true }, "");
  return { shown: outcome.kind === "shown" ? outcome.items[0]!.text : outcome.reason, held };
}

const USES = "\n\n\n@contextmanager\ndef opened(path):\n    yield open(path)\n\n\nprint(len(opened))\n";

test("Python: the name that the file lacks takes the place of one that it does not use", async () => {
  const { shown, held } = await written(`from contextlib import │${USES}`, "redirect_stdout\n", "python");
  assert.deepEqual({ shown, held }, { shown: "contextmanager", held: [["contextmanager"]] });
});

test("TypeScript: likewise, also of several", async () => {
  const file = "import { │ } from 'elsewhere';\nconst a: Box = make(1);\nconsole.log(a);\n";
  const { shown, held } = await written(file, "make, other", "typescript");
  assert.deepEqual(held, [["Box"]]);
  assert.equal(shown, "make, Box");
});

test("nothing is said where the name is used, where nothing is lacking, and of what is handed on or renamed", async () => {
  const cases: [cursor: string, writes: string, languageId: string][] = [
    [`from contextlib import │${USES}`, "contextmanager", "python"],
    ["from contextlib import │\n\n\ndef opened(path):\n    return open(path)\n", "contextmanager", "python"],
    [`from contextlib import │${USES}`, "suppress as contextmanager", "python"],
    [`from everything import *\nfrom contextlib import │${USES}`, "suppress", "python"],
    ["export { │ } from 'elsewhere';\nconst a = make(1);\n", "other", "typescript"],
  ];
  for (const [cursor, writes, languageId] of cases)
    assert.deepEqual(await written(cursor, writes, languageId), { shown: writes, held: [] }, writes);
});
