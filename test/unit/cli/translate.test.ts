// `sotto translate` with the real compiler and a server that writes one thing: what is printed, the new file of --write, and every refusal on one line.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { openEngine } from "../../../cli/engine.ts";
import { runCli } from "../../../cli/run.ts";
import { nothing } from "../../../server/host/protocol/emptyResults.ts";
import { fakeModel } from "../../support/fakeModel.ts";
import { writingServer } from "../../support/writingServer.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-translate-")));
writeFileSync(path.join(dir, "package.json"), "{}");
writeFileSync(path.join(dir, "tsconfig.json"), '{"compilerOptions":{"strict":true,"lib":["ES2022"],"types":[]}}');
const file = path.join(dir, "a.py");
writeFileSync(file, "def twice(n):\n    return n * 2\n\ndef thrice(n):\n    return n * 3\n");

const TWICE = "export const twice = (n: number): number => n * 2;";
let written = TWICE;
const server = await writingServer(
  () => `${written}
\`\`\``,
);
after(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

async function translate(...args: string[]) {
  const [out, err]: string[][] = [[], []];
  const { signal } = new AbortController();
  const status = await runCli(["translate", "--root", dir, "--file", file, ...args], {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    loadModel: async (asked) =>
      asked.engine
        ? openEngine(asked, (line) => err.push(line), signal)
        : {
            ...fakeModel(() => ""),
            inspect: async () => ({ pieces: [], dropped: [], prompt: "", tokens: 1, tier: "strong" }),
            generate: async () => ({ ...nothing("stopSequence"), text: TWICE }),
          },
    signal,
  });
  return { status, out: out.join(""), err: err.join("") };
}

const engine = ["--engine", server.url];

test("the translation is printed; what was checked is said beside it", async () => {
  const { status, out, err } = await translate("--lines", "1-2", "--to", "TypeScript", ...engine);
  assert.deepEqual([status, out], [0, `${TWICE}\n`], err);
  assert.match(
    err,
    /Checked by TypeScript[\s\S]*It parses as TypeScript\.[\s\S]*finds nothing wrong[\s\S]*No test was run/,
  );
  const body = JSON.stringify(server.asked.findLast((one) => one.path === "/v1/completions")?.body);
  assert.ok(body.includes("n * 2") && !body.includes("n * 3"), "the lines alone are sent");
});

test("problems of the compiler are listed, and the missing names", async () => {
  written = TWICE.replace("): number", "): string");
  const { out } = await translate("--to", "ts", "--json", ...engine);
  written = TWICE;
  const { outcome, checked, missing, model } = JSON.parse(out);
  assert.deepEqual([outcome, missing, model], ["offered", ["thrice"], "qwen2.5-coder-7b-instruct"]);
  assert.deepEqual([checked.parses, checked.compiles, checked.tests, checked.problems.length], [true, false, null, 1]);
});

test("--write makes a new file, and touches none that is there", async () => {
  const target = path.join(dir, "a.ts");
  const first = await translate("--lines", "1-2", "--to", "ts", "--write", target, ...engine);
  assert.match(first.out, /^Written to .*a\.ts\./);
  assert.equal(readFileSync(target, "utf8"), `${TWICE}\n`);
  const again = await translate("--to", "ts", "--write", target, ...engine);
  assert.deepEqual([again.status, again.out], [1, ""]);
  assert.match(again.err, /is there already/);
  assert.ok(!existsSync(path.join(dir, "a.translated.ts")));
});

test("Sotto's own model is asked only with leave; words that mean nothing are one error", async () => {
  const refused = await translate("--to", "ts");
  assert.match(refused.out, /^No translation: the model in use has fewer than 1\.5 billion.*--small-model\.\n$/);
  const asked = await translate("--to", "ts", "--small-model");
  assert.match(asked.err, /expect that it is wrong/);
  for (const args of [[], ["--to", "klingon"], ["--to", "ts", "--lines", "0"]])
    assert.equal((await translate(...args)).status, 2, args.join(" "));
  assert.match(
    (await translate("--to", "python", ...engine)).out,
    /No translation: the code is in that language already/,
  );
});
