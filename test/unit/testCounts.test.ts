// What the runner of the tests says at its end: what passed, failed and was skipped, and whether the editor tests had a network.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { countsIn, countsInWords, sumOf } from "../../scripts/testCounts.ts";
import { withoutNetwork } from "../../scripts/withoutNetwork.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-counts-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What Node's own runner says of a file of tests. */
function outcomeOf(code: string) {
  const file = path.join(scratch, "a.test.mjs");
  writeFileSync(file, `import { test } from "node:test";\n${code}\n`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // else it answers this test's runner
  const { stdout, status } = spawnSync(process.execPath, ["--test", "--test-reporter=spec", file], {
    encoding: "utf8",
    timeout: 30_000,
    env,
  });
  return countsIn(stdout, status ?? 1);
}

test("tests that are skipped or still to be written are told, and are none that passed", () => {
  const counts = outcomeOf(`
    test("one", () => {});
    test("two", { skip: "not here" }, () => {});
    test("three", (t) => t.skip());
    test("four", { todo: true }, () => {});
  `);
  assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 3 });
  assert.equal(countsInWords(counts), "1 passed, 0 failed, 3 skipped");
  assert.equal(countsInWords({ ...counts, skipped: 0 }), "1 passed, 0 failed");
});

test("what fails, is cancelled, crashes or runs nothing is a failure", () => {
  assert.deepEqual(outcomeOf('test("one", () => { throw new Error(); }); test("two", () => {});'), {
    passed: 1,
    failed: 1,
    skipped: 0,
  });
  assert.deepEqual(countsIn("ℹ pass 5\nℹ fail 0\nℹ cancelled 1\n", 1), { passed: 5, failed: 1, skipped: 0 });
  assert.ok(outcomeOf("process.exit(3);").failed > 0);
  assert.deepEqual(countsIn("ℹ pass 5\nℹ fail 0\n", 139), { passed: 5, failed: 1, skipped: 0 });
  assert.deepEqual(countsIn("", 0), { passed: 0, failed: 1, skipped: 0 });
  assert.equal(countsIn("0 passed, 0 failed, 4 skipped\n", 0).failed, 1, "a stage that skips everything");
});

test("our own runners are read as they write", () => {
  for (const counts of [
    { passed: 12, failed: 0, skipped: 0 },
    { passed: 12, failed: 1, skipped: 7 },
  ])
    assert.deepEqual(countsIn(`ok   a test\n${countsInWords(counts)}\n`, counts.failed), counts);
  const two = [countsIn("ℹ pass 1\nℹ skipped 2\n", 0), countsIn("3 passed, 0 failed, 1 skipped\n", 0)];
  assert.deepEqual(sumOf(two), { passed: 4, failed: 0, skipped: 3 });
});

test("where no namespace without a network can be made, the command runs with it and that is said", () => {
  const command = ["node", "tests.ts"];
  const refused = withoutNetwork(command, () => false);
  assert.deepEqual([refused.command, refused.hasNetwork], [command, true]);
  assert.match(refused.said, /^network: this machine's .*`unshare` is missing or not allowed/);
  const asked: string[][] = [];
  const {
    command: wrapped,
    hasNetwork,
    said,
  } = withoutNetwork(command, (file, args) => asked.push([file, ...args]) > 0);
  if (process.platform !== "linux") return assert.equal(hasNetwork, true);
  assert.deepEqual([hasNetwork, said], [false, "network: loopback only"]);
  assert.deepEqual(wrapped, [...asked[0]!.slice(0, -1), ...command], "as it was tried with `true`");
});
