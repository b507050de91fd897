// A process's memory as /proc has it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryIn, memoryOf } from "../../../../lab/bench/support/processMemory.ts";

test("each figure is the line of its name, in bytes; what is not told is 0", () => {
  const status =
    "Name:\tnode\nVmPeak:\t 9000 kB\nVmHWM:\t     500 kB\nVmRSS:\t     400 kB\nRssAnon:\t     300 kB\nRssShmem:\t 1 kB\n";
  assert.deepEqual(memoryIn(status), { rssBytes: 409_600, anonBytes: 307_200, fileBytes: 0, peakBytes: 512_000 });
});

test("of this process", { skip: process.platform !== "linux" && "told on Linux" }, () => {
  const { rssBytes, anonBytes, fileBytes, peakBytes } = memoryOf(process.pid)!;
  assert.ok(anonBytes > 0 && fileBytes > 0 && anonBytes + fileBytes <= rssBytes && rssBytes <= peakBytes);
  assert.equal(memoryOf(2 ** 30), undefined);
});
