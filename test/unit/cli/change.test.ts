// `sotto change` with the real compiler and a model that says one thing: the diff, what --write does to the file, and every refusal on one line.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { ModelOptions } from "../../../cli/model.ts";
import { textsOfPatch } from "../../../cli/patch.ts";
import { runCli } from "../../../cli/run.ts";
import { nothing } from "../../../server/host/protocol/emptyResults.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import { fakeModel } from "../../support/fakeModel.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-change-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
writeFileSync(path.join(dir, "tsconfig.json"), '{"compilerOptions":{"strict":true,"lib":["ES2022"],"types":[]}}');
const file = path.join(dir, "a.ts");
const CODE = `export interface User {
  name: string;
}

export function names(users: User[]): string[] {
  const all: string[] = [];
  for (const user of users) all.push(user.name);
  return all;
}
`;
const AFTER = CODE.replace(/ {2}const all[\s\S]*all;/, "  return users.map((user) => user.name);");

async function change(args: string[], answer = "  return users.map((user) => user.name);", tier?: Tier) {
  const [stdout, stderr]: string[][] = [[], []];
  const loaded: ModelOptions[] = [];
  const model = fakeModel(() => "");
  const status = await runCli(["change", "--root", dir, "--file", file, ...args], {
    stdout: (line) => stdout.push(line),
    stderr: (line) => stderr.push(line),
    async loadModel(options) {
      loaded.push(options);
      return {
        ...model,
        inspect: async () => ({ pieces: [], dropped: [], prompt: "", tokens: 1, ...(tier && { tier }) }),
        generate: async () => ({ ...nothing("stopSequence"), text: answer }),
      };
    },
    signal: new AbortController().signal,
  });
  return { status, stdout: stdout.join(""), stderr: stderr.join(""), loaded };
}

test("a diff is printed, and --write makes the change", async () => {
  writeFileSync(file, CODE);
  const told = await change(["--lines", "6-8", "use map"]);
  assert.equal(told.status, 0);
  assert.deepEqual(textsOfPatch(CODE, told.stdout, "the diff"), [AFTER]);
  assert.equal(readFileSync(file, "utf8"), CODE);
  assert.match(told.stderr, /Checked by TypeScript[\s\S]*Whether it is what you meant, only you can tell/);
  const written = await change(["--lines", "6-8", "use map", "--write", "--json"]);
  const { outcome, checked, firstLine, lastLine } = JSON.parse(written.stdout);
  assert.deepEqual([outcome, checked, firstLine, lastLine], ["written", { parses: true, compiles: true }, 6, 8]);
  assert.equal(readFileSync(file, "utf8"), AFTER);
});

test("what does not compile is not written", async () => {
  writeFileSync(file, CODE);
  const told = await change(["--lines", "6-8", "use map", "--write"], "  return users.map((user) => user.age);");
  assert.match(told.stdout, /^No change: with what the model wrote, the file has a problem/);
  const { outcome, reason, answers } = JSON.parse((await change(["--lines", "6", "--json", "x"], " return 1;")).stdout);
  assert.deepEqual([outcome, reason, answers.length], ["none", "newProblem", 2]);
  assert.equal(readFileSync(file, "utf8"), CODE);
});

test("Sotto's own model is asked only with leave, and then without its adapter", async () => {
  writeFileSync(file, CODE);
  const refused = await change(["--lines", "6-8", "use map"], undefined, "strong");
  assert.match(refused.stdout, /^No change: .*5 came out as meant.*--small-model\.\n$/);
  assert.equal(refused.loaded[0].adapter, undefined);
  const asked = await change(["--lines", "6-8", "use map", "--small-model"], undefined, "strong");
  assert.equal(asked.loaded[0].adapter, "none");
  assert.match(asked.stderr, /about one in five/);
});

test("what cannot be meant is one error, and no model is loaded", async () => {
  for (const [args, status] of [
    [["use map"], 2],
    [["--lines", "6-8"], 2],
    [["--lines", "8-6", "x"], 2],
    [["--lines", "0", "x"], 2],
    [["--lines", "6-8", "a", "b"], 2],
    [["--lines", "6-99", "x"], 1],
  ] as const) {
    const { status: is, stdout, loaded } = await change([...args]);
    assert.deepEqual([is, stdout, loaded.length], [status, "", 0], args.join(" "));
  }
});
