// `sotto chat`: the question goes to the model after what was said before, the conversation is kept, and what cannot be is one clear error.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { runCli } from "../../../cli/run.ts";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import { fakeModel } from "../../support/fakeModel.ts";

const dir = mkdtempSync(path.join(tmpdir(), "sotto-chat-"));
after(() => rmSync(dir, { recursive: true }));
const history = path.join(dir, "talk.json");
const NO_TURNS: PromptInput[] = [];

async function chat(args: string[], answers = true, tier?: Tier) {
  const asked = [...NO_TURNS];
  const model = fakeModel(() => "");
  const answering: typeof model = {
    ...model,
    tier,
    async generate(params, onText, signal) {
      asked.push(params.prompt);
      const { instruction, ...place } = params.prompt;
      const written = await model.generate({ ...params, prompt: answers ? place : params.prompt }, onText, signal);
      return answers ? { ...written, text: ` You said ${instruction}\n` } : written;
    },
  };
  const [stdout, stderr]: string[][] = [[], []];
  const status = await runCli(["chat", ...args], {
    stdout: (line) => stdout.push(line),
    stderr: (line) => stderr.push(line),
    loadModel: async () => answering,
    signal: new AbortController().signal,
  });
  return { status, stdout: stdout.join(""), stderr: stderr.join(""), asked };
}

test("a conversation goes on where its file ends, and the answer is told without a promise", async () => {
  const first = await chat(["Hi", "--history", history]);
  assert.deepEqual([first.status, first.stdout.trim()], [0, "You said Hi"]);
  assert.match(first.stderr, /may be wrong, and nothing of it was checked/);
  const second = await chat(["Why?", "--history", history, "--json"]);
  const turns = [
    { role: "user", text: "Hi" },
    { role: "assistant", text: "You said Hi" },
  ];
  assert.deepEqual([second.asked[0].turns, second.asked[0].instruction], [turns, "Why?"]);
  assert.equal(JSON.parse(second.stdout).answer, "You said Why?");
  const kept = JSON.parse(readFileSync(history, "utf8"));
  assert.deepEqual(kept.slice(0, 2), turns);
  assert.equal(kept.length, 4);
});

test("a model that completes code says so, and the conversation stays as it was", async () => {
  const before = readFileSync(history, "utf8");
  const { status, stdout, stderr } = await chat(["What?", "--history", history], false);
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /answers no questions: it completes code/);
  assert.equal(readFileSync(history, "utf8"), before);
});

test("Sotto's own models are not asked", async () => {
  const { status, stderr, asked } = await chat(["What?"], true, "strong");
  assert.deepEqual([status, asked], [1, NO_TURNS]);
  assert.match(stderr, /answers no questions: it completes code/);
});

test("no question, two questions, and a file that holds something else are one error each", async () => {
  assert.equal((await chat([" "])).status, 2);
  assert.equal((await chat(["a", "b"])).status, 2);
  for (const content of [
    "{}",
    "[",
    '[{"role":"assistant","text":"a"},{"role":"user","text":"b"}]',
    '[{"role":"user"}]',
  ]) {
    writeFileSync(history, content);
    const { status, stderr, asked } = await chat(["What?", "--history", history]);
    assert.equal(status, 1, content);
    assert.match(stderr, /holds no conversation/);
    assert.deepEqual(asked, NO_TURNS);
  }
  assert.match((await chat(["What?", "--history", dir])).stderr, /not a regular file/);
});
