import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { CliModel, ModelOptions } from "../../../cli/model.ts";
import { overview, SUMMARIES } from "../../../cli/overview.ts";
import { commands, runCli } from "../../../cli/run.ts";
import { promptBudgetOf } from "../../../server/host/protocol/promptBudget.ts";
import { caseOf } from "../../support/evaluationCases.ts";
import { fakeModel } from "../../support/fakeModel.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-cli-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
writeFileSync(path.join(dir, "notes.md"), "");
const source = path.join(dir, "a.ts");
writeFileSync(source, "const items = [1, 2];\nconst count = \n");
const place = ["--file", source, "--line", "2", "--column", "15"];

async function run(args: string[], model: CliModel = fakeModel(() => "items.length;\n"), signal?: AbortSignal) {
  let stdout = "";
  let stderr = "";
  let disposed = 0;
  let loaded: ModelOptions | undefined;
  const status = await runCli(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    async loadModel(options) {
      loaded = options;
      return { ...model, dispose: () => disposed++ };
    },
    signal: signal ?? new AbortController().signal,
  });
  return { status, stdout, stderr, disposed, loaded };
}

test("explain tells why a suggestion came: the verdict first, the same as a document, and why none did", async () => {
  const told = await run(["explain", ...place]);
  assert.equal(told.status, 0, told.stderr);
  assert.match(told.stdout, /^# a\.ts, line 2, column 15\n\nShown: \d+ % sure\./);
  const document = JSON.parse((await run(["explain", ...place, "--json"])).stdout);
  assert.equal(document.version, 1);
  assert.equal(document.text, "items.length;");
  assert.equal(document.words.map(({ text }: { text: string }) => text).join(""), "items.length;");
  const blind = await run(["explain", ...place, "--layers"]);
  assert.match(blind.stdout, /does not run in Sotto, so nobody can see its layers/);
  const page = path.join(dir, "explanation.html");
  const middle = await run(["explain", "--file", source, "--line", "1", "--column", "5", "--html", page]);
  assert.match(middle.stdout, /^Not shown: code follows on the line/);
  assert.match(readFileSync(page, "utf8"), /Not shown: code follows on the line/);
  await run(["explain", ...place, "--html", page]);
  assert.match(readFileSync(page, "utf8"), /Why this suggestion\? a\.ts, line 2, column 15/);
});

test("wrong usage is status 2, says what is wrong, and writes nothing to stdout", async () => {
  for (const [args, said] of [
    [[], /no command/],
    [["rename"], new RegExp(`no command "rename"; there are ${Object.keys(SUMMARIES).join(", ")}`)],
    [["complete", "--nonsense"], /--nonsense/],
    [["complete", ...place, "stray"], /stray/],
    [["complete", "--file", source, "--line", "2"], /--column is missing/],
    [["complete", "--file", source, "--line", "two", "--column", "1"], /--line takes a whole number/],
    [["complete", ...place, "--threads", "0"], /--threads takes a whole number of at least 1/],
    [["complete", ...place, "--seed", "-1"], /--seed/],
    [["complete", ...place, "--engine", "engine.example"], /--engine must be local, or an address/],
    [["complete", ...place, "--engine", "http://127.0.0.1:1", "--engine-kind", "tgi"], /--engine-kind takes one of/],
    [
      ["complete", ...place, "--engine", "http://127.0.0.1:1", "--engine-format", "psm"],
      /--engine-format takes one of/,
    ],
    [["complete", ...place, "--engine-model", "coder"], /--engine-model needs --engine/],
    [["complete", ...place, "--engine", "http://127.0.0.1:1", "--model", "quick"], /--engine and --model do not go/],
    [["index", "--engine", "http://127.0.0.1:1"], /--engine/],
    [["docstring", "--file", source], /--line or --all is needed/],
    [["docstring", "--file", source, "--line", "1", "--style", "epydoc"], /--style takes tsdoc/],
    [["evaluate"], /--cases is missing/],
    [["evaluate", "--cases", "x", "--pool", "all"], /--pool takes/],
    [["evaluate", "--cases", "x", "--format", "psm"], /--format takes/],
    [["evaluate", "--cases", "x", "--limit", "0"], /--limit takes/],
    [["evaluate", "--cases", "x", "--budget", "many"], /--budget takes/],
    [["models"], /models takes list, catalog, verify \[ID\], pull ID, import PATH, export DIR, remove ID/],
    [["models", "push"], /no "push"/],
    [["bench", "nothing"], /bench takes one of/],
    [["train"], /--data is missing/],
    [["train", "--data", dir, "--validation", dir, "--out", dir, "--learning-rate", "0"], /--learning-rate takes/],
    [["train", "--data", dir, "--validation", dir, "--out", dir, "--dropout", "1"], /--dropout takes/],
    [["train", "--data", dir, "--validation", dir, "--out", dir, "--device", "cuda"], /--device takes cpu or webgpu/],
    [
      ["train", "--data", dir, "--validation", dir, "--out", dir, "--precision", "int4"],
      /--precision takes fp32 or int8/,
    ],
    [["train", "--data", dir, "--validation", dir, "--out", dir, "--rank", "0"], /--rank takes/],
    [["train", "--adapter", dir], /--start DIR, not --adapter/],
  ] as const) {
    const { status, stdout, stderr } = await run([...args]);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, said);
    assert.equal(stdout, "");
  }
});

test("what cannot be done is status 1 with one sentence and what to do", async () => {
  const broken = path.join(dir, "broken.jsonl");
  writeFileSync(broken, `${JSON.stringify(caseOf())}\n{"id": \n`);
  const good = path.join(dir, "good.jsonl");
  writeFileSync(good, JSON.stringify(caseOf()));
  for (const [args, said] of [
    [
      ["complete", "--file", path.join(dir, "none.ts"), "--line", "1", "--column", "1"],
      /does not exist\. Check the path/,
    ],
    [["complete", "--file", source, "--line", "99", "--column", "1"], /no line 99/],
    [["complete", "--file", source, "--line", "1", "--column", "99"], /no column 99/],
    [["complete", "--file", path.join(dir, "notes.md"), "--line", "1", "--column", "1"], /no language/],
    [["complete", ...place, "--adapter", "mine"], /no adapter mine/],
    [["complete", ...place, "--device", "tpu"], /no device tpu\. Give --device auto or one of cpu, webgpu/],
    [["evaluate", "--cases", broken], /Line 2 of .*broken\.jsonl is not JSON/],
    [["evaluate", "--cases", good, "--context", "psychic"], /no context psychic/],
    [["evaluate", "--cases", good, "--predictions", path.join(dir, "no", "p.jsonl")], /cannot be written/],
    [["models", "verify", "gpt"], /no model gpt/],
  ] as const) {
    const { status, stdout, stderr } = await run([...args]);
    assert.equal(status, 1, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, said);
    assert.equal(stdout, "");
  }
});

test("help is for people and status 0", async () => {
  assert.match((await run(["help"])).stdout, /evaluate {2,}runs fill-in-the-middle cases/);
  const { status, stdout } = await run(["complete", "--help"]);
  assert.equal(status, 0);
  assert.match(stdout, /--column C {2,}the cursor's column/);
  for (const command of ["complete", "context", "docstring", "fix"])
    assert.match(
      (await run([command, "--help"])).stdout,
      /--model auto\|quick\|strong\|ID\|DIR {2,}.*\(default: auto,/,
    );
  for (const command of ["evaluate", "bench", "train", "finetune", "doctor", "adapters"])
    assert.match(
      (await run([command, "--help"])).stdout,
      /--model auto\|quick\|strong\|ID\|DIR {2,}.*\(default: quick;/,
    );
});

test("an interrupted run is status 130 and writes nothing", async () => {
  const cases = path.join(dir, "interrupted.jsonl");
  writeFileSync(cases, JSON.stringify(caseOf({ prefix: "const a = ", expected: "1;" })));
  const predictions = path.join(dir, "interrupted.out.jsonl");
  const interrupt = new AbortController();
  const model = fakeModel(() => {
    interrupt.abort();
    return "1;";
  });
  const args = ["evaluate", "--cases", cases, "--predictions", predictions, "--json"];
  const { status, stdout, disposed } = await run(args, model, interrupt.signal);
  assert.equal(status, 130);
  assert.equal(stdout, "");
  assert.equal(disposed, 1);
  assert.throws(() => readFileSync(predictions), { code: "ENOENT" });
});

test("a bug is thrown, not hidden", async () => {
  const model = fakeModel(() => {
    throw new TypeError("oops");
  });
  await assert.rejects(run(["complete", ...place], model), TypeError);
});

test("complete gives one JSON document on one line, with the fields of the contract", async () => {
  const { status, stdout, disposed } = await run(["complete", ...place, "--json"]);
  assert.equal(status, 0);
  assert.match(stdout, /^[^\n]+\n$/);
  const { timingMs, ...document } = JSON.parse(stdout);
  assert.deepEqual(document, {
    outcome: "shown",
    text: "items.length;",
    reason: null,
    stop: "stopSequence",
    source: "model",
    tokens: { prompt: 36, cached: 0, generated: 13 },
    model: "fake",
    adapter: null,
    device: "cpu",
  });
  assert.deepEqual(Object.keys(timingMs), ["context", "queue", "prefill", "decode", "total"]);
  assert.equal(disposed, 1);
});

test("complete says why nothing is shown", async () => {
  const { status, stdout } = await run(
    ["complete", ...place, "--json"],
    fakeModel(() => ""),
  );
  const { outcome, text, reason } = JSON.parse(stdout);
  assert.equal(status, 0);
  assert.deepEqual({ outcome, text, reason }, { outcome: "none", text: "", reason: "empty" });
});

test("without --json complete prints the text alone", async () => {
  assert.equal((await run(["complete", ...place])).stdout, "items.length;\n");
});

test("predictions hold for the cases as they stand in the file", async () => {
  const cases = path.join(dir, "breaks.jsonl");
  const predictions = path.join(dir, "breaks.out.jsonl");
  const given = [
    caseOf({ id: "break", prefix: "const a = ", expected: "1;\n", suffix: "f();\n" }),
    caseOf({ id: "none", prefix: "const a = ", expected: "1;", suffix: "\nf();\n" }),
  ];
  writeFileSync(cases, given.map((value) => JSON.stringify(value)).join("\n"));
  const args = ["evaluate", "--cases", cases, "--predictions", predictions, "--json"];
  const { status } = await run(
    args,
    fakeModel(() => "1;\n"),
  );
  assert.equal(status, 0);
  const lines = readFileSync(predictions, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => {
      const { showScore, passed, generatedTokens, ...rest } = JSON.parse(line);
      assert.ok(showScore > 0 && generatedTokens > 0);
      assert.equal(passed, "1;");
      return rest;
    }),
    [
      { id: "break", text: "1;\n", outcome: "shown", reason: null, raw: "1;" },
      { id: "none", text: "1;", outcome: "shown", reason: null, raw: "1;" },
    ],
  );
});

test("evaluate loads the model for prompts of another size, and reports the size that it has", async () => {
  const cases = path.join(dir, "budget.jsonl");
  writeFileSync(cases, JSON.stringify(caseOf({ prefix: "const a = ", expected: "1;" })));
  const model = { ...fakeModel(() => "1;\n"), promptBudget: promptBudgetOf("strong", 1_024) };
  const { loaded, stdout } = await run(["evaluate", "--cases", cases, "--budget", "1024", "--json"], model);
  assert.equal(loaded?.budgetTokens, 1_024);
  assert.equal(JSON.parse(stdout).budgetTokens, 1_024);
});

test("context says what was left out and why, and how many secrets were redacted; nothing is sent for an ignored file", async () => {
  const root = path.join(dir, "ruled");
  const [first, second] = ["tr0ub4dor&3", "Zk81mQp07wLx"];
  mkdirSync(root);
  writeFileSync(path.join(root, ".gitignore"), "hidden.ts\n");
  writeFileSync(path.join(root, "hidden.ts"), "export const h = 1;\n");
  writeFileSync(path.join(root, "b.ts"), `export const password = "${first}";\n`);
  const file = path.join(root, "a.ts");
  const lines = [
    'import { password } from "./b";',
    'import { h } from "./hidden";',
    `const secret = "${second}";`,
    "f(",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const at = ["--line", "4", "--column", "3", "--root", root];
  const { status, stdout } = await run(["context", "--file", file, ...at, "--json"]);
  assert.equal(status, 0);
  const { dropped, redacted, prompt } = JSON.parse(stdout);
  assert.deepEqual(dropped, [{ kind: "import", path: "hidden.ts", reason: "ignored by git" }]);
  assert.deepEqual(redacted, [
    { path: "b.ts", found: { keyword: 1 } },
    { path: "a.ts", found: { keyword: 1 } },
  ]);
  assert.ok(!prompt.includes(first) && !prompt.includes(second), prompt);
  const readable = await run(["context", "--file", file, ...at]);
  assert.match(readable.stdout, /Secrets redacted:\n {2}b\.ts {2}1 keyword\n {2}a\.ts {2}1 keyword\n/);
  const hidden = ["--file", path.join(root, "hidden.ts"), "--line", "1", "--column", "1", "--root", root];
  const refused = await run(["context", ...hidden]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /hidden\.ts: ignored by git/);
  assert.equal(JSON.parse((await run(["complete", ...hidden, "--json"])).stdout).reason, "ignoredFile");
});

test("context gives the prompt, piece by piece", async () => {
  const { status, stdout } = await run(["context", ...place, "--json"]);
  assert.equal(status, 0);
  const { pieces, dropped, redacted, prompt, tokens, contextMs, costs, index, ...more } = JSON.parse(stdout);
  assert.deepEqual(more, {});
  assert.deepEqual(redacted, []);
  assert.deepEqual(Object.keys(pieces.at(-1)).sort(), ["kind", "path", "score", "text", "tokens"]);
  assert.equal(pieces.at(-1).path, "a.ts");
  assert.ok(prompt.endsWith("const count = "));
  assert.ok(Array.isArray(dropped) && tokens > 0 && contextMs >= 0);
  assert.ok(costs.length > 0 && costs.every((one: { ms: number; found: number }) => one.ms >= 0 && one.found >= 0));
  assert.equal(index, "not finished");
});

test("the overview has each command once, and is what help says", async () => {
  assert.deepEqual(
    commands.map(({ name }) => name),
    Object.keys(SUMMARIES),
  );
  for (const asked of ["help", "--help", "-h"]) assert.equal((await run([asked])).stdout, overview());
});
