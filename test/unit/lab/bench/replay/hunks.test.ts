// Hunks of a diff without context, and where what is typed comes from.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Hunk, isTyped, parseDiff, TYPED_AT_ONCE } from "../../../../../lab/bench/replay/hunks.ts";
import { listedVersions } from "../../../../../lab/bench/replay/publishedVersions.ts";
import { keyIntervalsMs } from "../../../../../lab/bench/replay/rhythm.ts";
import { type CorpusPackage, evaluationPackages, listedPackages } from "../../../../../lab/training/corpus.ts";

const DIFF = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -3 +3,2 @@ function f() {
-old
+new
+-- a/no file
@@ -10,0 +12 @@
+++x;
@@ -20,2 +22,0 @@
-gone
--- a/neither
diff --git a/new.ts b/new.ts
new file mode 100644
--- /dev/null
+++ b/new.ts
@@ -0,0 +1 @@
+all new
`;

describe("hunks", () => {
  test("have the lines before them, what goes and what comes; new files have none", () => {
    assert.deepEqual(parseDiff(DIFF), [
      { path: "src/a.ts", line: 2, removed: 1, added: ["new", "-- a/no file"] },
      { path: "src/a.ts", line: 10, removed: 0, added: ["++x;"] },
      { path: "src/a.ts", line: 19, removed: 2, added: [] },
    ]);
  });

  test("are typed where somebody would write them in one go", () => {
    const lines = ["const answer = await this.question(42);", "return answer ?? fallback;"];
    const hunk: Hunk = { path: "a.ts", line: 4, removed: 0, added: lines };
    const is = (change: Partial<Hunk>) => isTyped({ ...hunk, ...change }, TYPED_AT_ONCE);
    assert.ok(is({}));
    assert.ok(is({ removed: 1 }));
    assert.ok(!is({ removed: 2 }), "as many lines went: they would rather be changed");
    assert.ok(!is({ line: 0 }), "nothing to begin at");
    assert.ok(!is({ added: ["a", "b"] }), "too little");
    assert.ok(!is({ added: [...lines, ""] }), "ends in a blank line");
    assert.ok(!is({ added: [...lines, "// \u00e4"] }), "not on every keyboard");
    assert.ok(!is({ added: Array.from({ length: 13 }, () => "a line") }), "too much");
  });

  test("come of packages that the embedded model was not trained on, and that nothing is fitted on", () => {
    const trained = new Set(listedPackages().map(({ name }: CorpusPackage) => name));
    const fitted = new Set(evaluationPackages().flatMap(({ name, judges }) => (judges ? [] : name)));
    const versions = listedVersions();
    assert.ok(versions.length >= 2);
    for (const { name, old, new: next } of versions) {
      assert.ok(!trained.has(name), name);
      assert.ok(!fitted.has(name), name);
      assert.notEqual(old.version, next.version);
    }
  });
});

describe("rhythm", () => {
  const code = "\n  const answer = await this.question(42);\n  return answer;\n}".repeat(40);

  test("is the seed's, and as fast as people type: 239 ms between two keys", () => {
    const intervals = keyIntervalsMs(code, 7, 1);
    assert.deepEqual(keyIntervalsMs(code, 7, 1), intervals);
    assert.notDeepEqual(keyIntervalsMs(code, 8, 1), intervals);
    const keys = intervals.filter((_, i) => !/[ \t]/.test(code[i]) || /\S/.test(code[i - 1] ?? " ")); // the editor indents
    const meanMs = keys.reduce((sum, ms) => sum + ms, 0) / keys.length;
    assert.ok(meanMs > 180 && meanMs < 300, `${meanMs} ms`);
  });

  test("is twice as fast at speed 2", () => {
    const [once, twice] = [1, 2].map((speed) => keyIntervalsMs(code, 7, speed));
    assert.ok(once.every((ms, i) => Math.abs(ms - 2 * twice[i]) < 1e-9));
  });
});
