// Definitions of the editor's providers: in time or not at all, the type where the name is the document's own, and no second call to a slow one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DefinitionLookup, type FoundPlace, type LookUp } from "../../../src/editor/definitionLookup.ts";

const uri = "file:///w/a.ts";
const place = (name: string): FoundPlace => ({ uri: `file:///w/${name}`, startLine: 1, endLine: 4 });
const at = (line: number) => ({ line, character: 0 });
const tooSlow = { reason: "editor too slow" };
const LONG_MS = 10_000;

test("one answer for each position, in their order", async () => {
  const answers = await new DefinitionLookup().answer(
    uri,
    [at(1), at(2)],
    async (_, { line }) => [place(`${line}.ts`)],
    LONG_MS,
  );
  assert.deepEqual(answers, [{ places: [place("1.ts")] }, { places: [place("2.ts")] }]);
});

test("the type is asked for where the definition says nothing of another file", async () => {
  const asked: string[] = [];
  const lookUp: LookUp = async (kind, { line }) => {
    asked.push(`${kind} ${line}`);
    if (kind === "typeDefinition") return [place("type.ts")];
    return line === 0 ? [] : line === 1 ? [place("a.ts")] : [place("other.ts")];
  };
  const answers = await new DefinitionLookup().answer(uri, [at(0), at(1), at(2)], lookUp, LONG_MS);
  assert.deepEqual(answers, [
    { places: [place("type.ts")] },
    { places: [place("a.ts"), place("type.ts")] },
    { places: [place("other.ts")] },
  ]);
  assert.deepEqual(asked, ["definition 0", "typeDefinition 0", "definition 1", "typeDefinition 1", "definition 2"]);
});

test("a provider that does not answer is given up, and not asked again before it has ended", async () => {
  const lookup = new DefinitionLookup();
  let calls = 0;
  let end = (_: FoundPlace[]) => {};
  const slow: LookUp = () => {
    calls++;
    return new Promise((resolve) => {
      end = resolve;
    });
  };
  assert.deepEqual(await lookup.answer(uri, [at(0), at(1)], slow, 5), [tooSlow, tooSlow]);
  assert.deepEqual(await lookup.answer(uri, [at(0)], slow, 5), [tooSlow]);
  assert.equal(calls, 1);
  end([place("b.ts")]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await lookup.answer(uri, [at(0)], async () => [place("b.ts")], LONG_MS), [
    { places: [place("b.ts")] },
  ]);
});

test("late types leave the definitions", async () => {
  const lookUp: LookUp = (kind) => (kind === "definition" ? Promise.resolve([place("a.ts")]) : new Promise(() => {}));
  assert.deepEqual(await new DefinitionLookup().answer(uri, [at(0)], lookUp, 5), [{ places: [place("a.ts")] }]);
});

test("a provider that fails, at once or after it was given up", async () => {
  const lookup = new DefinitionLookup();
  const failing: LookUp = async () => {
    throw new Error("no project");
  };
  assert.deepEqual(await lookup.answer(uri, [at(0)], failing, LONG_MS), [{ reason: "provider failed" }]);
  let fail = (_: Error) => {};
  const late: LookUp = () =>
    new Promise((_, reject) => {
      fail = reject;
    });
  assert.deepEqual(await lookup.answer(uri, [at(0)], late, 5), [tooSlow]);
  fail(new Error("too late to matter"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await lookup.answer(uri, [at(0)], async () => [], LONG_MS), [{ places: [] }]);
});
