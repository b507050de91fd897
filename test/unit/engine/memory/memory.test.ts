// The repository memory beside a slow oracle that searches all texts from end to end, whatever was put in, replaced and removed.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LEVELS, MatchCounts } from "../../../../server/engine/memory/matchCounts.ts";
import { type MemorySnapshot, RepositoryMemory } from "../../../../server/engine/memory/repositoryMemory.ts";
import { LONGEST_MATCH } from "../../../../server/engine/memory/tokenChains.ts";

const tokens = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 });
const paths = fc.constantFrom("a.ts", "b.ts", "lib/c.ts", "lib/d.ts");
const changes = fc.array(
  fc.oneof(
    fc.record({ path: paths, tokens }),
    fc.record({ path: paths, tokens: fc.constant(undefined) }),
    fc.constant("compact" as const),
  ),
  { maxLength: 12 },
);

type Change = { path: string; tokens: number[] | undefined } | "compact";

function apply(memory: RepositoryMemory, files: Map<string, number[]>, change: Change): void {
  if (change === "compact") for (const _ of memory.compact());
  else if (change.tokens) {
    memory.set(change.path, change.tokens);
    files.set(change.path, change.tokens);
  } else {
    memory.remove(change.path);
    files.delete(change.path);
  }
}

function found(snapshot: MemorySnapshot, context: readonly number[]): string[] {
  const all: string[] = [];
  snapshot.find(context, (token, isSameDirectory, length) => all.push(`${token} ${isSameDirectory} ${length}`));
  return all.sort();
}

/** Every place of every other file whose two tokens before are those of the context. */
function searched(files: ReadonlyMap<string, number[]>, own: string, context: readonly number[]): string[] {
  const directory = (path: string) => path.split("/").slice(0, -1).join("/");
  const all: string[] = [];
  for (const [path, text] of files) {
    if (path === own) continue;
    for (let place = 2; place < text.length; place++) {
      let length = 0;
      while (length < LONGEST_MATCH && length < place && length < context.length) {
        if (text[place - 1 - length] !== context[context.length - 1 - length]) break;
        length++;
      }
      if (length >= 2) all.push(`${text[place]} ${directory(path) === directory(own)} ${length}`);
    }
  }
  return all.sort();
}

test("finds what a search through all texts finds", () => {
  fc.assert(
    fc.property(changes, tokens, paths, (all, context, own) => {
      const memory = new RepositoryMemory();
      const files = new Map<string, number[]>();
      for (const change of all) apply(memory, files, change);
      assert.deepEqual(found(memory.snapshot(own), context), searched(files, own, context));
      assert.equal(
        memory.tokens,
        [...files.values()].reduce((sum, text) => sum + text.length + 1, 0),
      );
    }),
    { numRuns: 500 },
  );
});

test("a snapshot stays as it is, whatever comes after", () => {
  fc.assert(
    fc.property(changes, changes, tokens, (before, after, context) => {
      const memory = new RepositoryMemory();
      const files = new Map<string, number[]>();
      for (const change of before) apply(memory, files, change);
      const snapshot = memory.snapshot("other.ts");
      const then = found(snapshot, context);
      for (const change of after) apply(memory, files, change);
      assert.deepEqual(found(snapshot, context), then);
    }),
    { numRuns: 300 },
  );
});

test("a file that does not fit is refused, and the rest stays", () => {
  const memory = new RepositoryMemory();
  assert.equal(memory.set("a.ts", [1, 2, 3]), true);
  assert.equal(memory.set("b.ts", new Array(5_000_000).fill(7)), false);
  assert.deepEqual(found(memory.snapshot("c.ts"), [1, 2]), ["3 true 2"]);
});

test("removed files make it due for a compaction, which frees their room", () => {
  const memory = new RepositoryMemory();
  const text = Array.from({ length: 60_000 }, (_, i) => i % 1_000);
  memory.set("a.ts", [1, 2, 3]);
  memory.set("b.ts", text);
  assert.equal(memory.needsCompaction, false);
  memory.remove("b.ts");
  assert.equal(memory.needsCompaction, true);
  const { bytes } = memory;
  for (const _ of memory.compact());
  assert.equal(memory.needsCompaction, false);
  assert.ok(memory.bytes < bytes);
  assert.deepEqual(found(memory.snapshot("c.ts"), [1, 2]), ["3 true 2"]);
});

test("counts: longer matches count at the shorter levels too", () => {
  const counts = new MatchCounts();
  counts.add(5, 0, 2);
  counts.add(5, 0, 7);
  counts.add(6, 0, 4);
  counts.add(6, 2, 24);
  counts.finish();
  const cells = (values: ArrayLike<number>, source: number) =>
    Array.from(values).slice(source * LEVELS.length, (source + 1) * LEVELS.length);
  assert.deepEqual(cells(counts.byToken.get(5)!, 0), [2, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(cells(counts.total, 0), [3, 2, 2, 1, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(cells(counts.distinct, 0), [2, 2, 2, 1, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(cells(counts.total, 2), new Array(10).fill(1));
});
