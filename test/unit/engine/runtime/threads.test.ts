import assert from "node:assert/strict";
import { test } from "node:test";
import { countCores, defaultThreads } from "../../../../server/engine/runtime/threads.ts";

const entry = (processor: number, socket: number, core: number) =>
  `processor\t: ${processor}\nphysical id\t: ${socket}\nsiblings\t: 2\ncore id\t\t: ${core}\n`;

test("two threads of a core count once, cores of two sockets apart", () => {
  assert.equal(countCores([entry(0, 0, 0), entry(1, 0, 0), entry(2, 0, 1), entry(3, 0, 1)].join("\n")), 2);
  assert.equal(countCores([entry(0, 0, 0), entry(1, 1, 0)].join("\n")), 2);
});

test("a processor that names no cores is not guessed at", () => {
  assert.equal(countCores("processor\t: 0\nBogoMIPS\t: 48.00\n\nprocessor\t: 1\n"), undefined);
});

test("between one and eight threads", () => {
  assert.ok(defaultThreads() >= 1 && defaultThreads() <= 8);
});
