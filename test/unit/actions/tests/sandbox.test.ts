// Fifty dangerous modules: each is refused by the look at its text, and does nothing where it runs all the same.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import ts from "typescript";
import { reachedFrom } from "../../../../src/actions/tests/modules.ts";
import { inSandbox } from "../../../../src/actions/tests/sandbox.ts";
import type { Job } from "../../../../src/actions/tests/sandboxProcess.ts";
import { DANGEROUS, ENDLESS } from "./dangerous.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-dangerous-")));
const kept = path.join(dir, "kept.txt");
writeFileSync(kept, "kept", { mode: 0o600 });
after(() => rmSync(dir, { recursive: true }));

const never = new AbortController().signal;
const job = (source: string): Job => ({
  modules: { "file:///m.js": { format: /\bexports\./.test(source) ? "commonjs" : "module", source } },
  resolved: {},
  target: "file:///m.js",
  exported: "f",
  calls: ["()", "(1)"],
  rounds: 2,
  marked: undefined,
  mutants: [],
  skip: [],
  scripts: [],
});

test("there are fifty, and the look refuses each but the endless one", () => {
  assert.equal(DANGEROUS.length + ENDLESS.length, 50);
  const passed = DANGEROUS.filter((source) => !("reason" in reachedFrom(ts, {}, path.join(dir, "m.js"), source)));
  assert.deepEqual(passed, []);
});

test("where one runs all the same, nothing comes of it outside of its folder", { timeout: 120_000 }, async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const victim = spawn(process.execPath, ["-e", "setTimeout(() => {}, 200000)"], { stdio: "ignore" });
  try {
    const sources = [...DANGEROUS, ...ENDLESS].map((source) =>
      source
        .replaceAll("MARK", path.join(dir, "mark"))
        .replaceAll("KEPT", kept)
        .replaceAll("PORT", String(port))
        .replaceAll("PID", String(victim.pid)),
    );
    const ends = await Promise.all(
      [0, 1].map(async (lane) => {
        let ended = 0;
        for (const source of sources.filter((_, index) => index % 2 === lane))
          if ((await inSandbox(job(source), "UTC", never)).hasEnded) ended++;
        return ended;
      }),
    );
    assert.ok(ends[0]! + ends[1]! > 40, "the sandbox itself runs");
    assert.deepEqual(readdirSync(dir), ["kept.txt"]);
    assert.equal(readFileSync(kept, "utf8"), "kept");
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    assert.equal(existsSync(path.join(process.cwd(), "mark")), false);
    assert.equal(victim.exitCode ?? victim.signalCode, null, "another process lives");
    assert.equal(connections, 0);
  } finally {
    victim.kill();
    server.close();
  }
});

test("the sandbox runs what is harmless, so that the silence above means something", async () => {
  const { answers, hasEnded } = await inSandbox(
    job("export const f = (a) => [a, TZ()]; const TZ = () => new Date(0).getHours();"),
    "Asia/Kathmandu",
    never,
  );
  assert.equal(hasEnded, true);
  const outcomes = answers.flatMap((one) => (one.at === "call" ? [one.outcome] : []));
  assert.deepEqual(outcomes[1], { kind: "value", text: "[1, 5]", isAsync: false });
});
