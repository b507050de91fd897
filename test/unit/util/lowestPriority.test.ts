// A process that takes the lowest priority, in a session of its own and in somebody else's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import os from "node:os";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const module = new URL("../../../common/util/lowestPriority.ts", import.meta.url).href;
const GROUP = "/proc/self/autogroup";

/** What a process has after it took the lowest priority: its nice value, and its session's before and after. */
async function taken(detached: boolean) {
  const script = `
    const fs = require("node:fs");
    const group = () => fs.existsSync("${GROUP}") ? Number(fs.readFileSync("${GROUP}", "utf8").split("nice ")[1]) : null;
    const before = group();
    import("${module}").then(({ takeLowestPriority }) => {
      takeLowestPriority();
      console.log(JSON.stringify({ nice: require("node:os").getPriority(), before, after: group() }));
    });`;
  const child = spawn(process.execPath, ["-e", script], { detached });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as { nice: number; before: number | null; after: number | null };
}

const lowest = os.constants.priority.PRIORITY_LOW;

test("a process has the lowest priority afterwards", async () => assert.equal((await taken(false)).nice, lowest));

test(
  "one that leads a session lowers the session too, since Linux shares the processor among sessions first",
  {
    skip: !existsSync(GROUP) && "this system shares the processor among processes alone",
  },
  async () => assert.equal((await taken(true)).after, lowest),
);

test("one in somebody else's session leaves that session as it is", { skip: !existsSync(GROUP) }, async () => {
  const { before, after } = await taken(false);
  assert.equal(after, before);
});
