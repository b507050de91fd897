// Recordings and replays with the quick model itself: whatever the first run had in its caches, guessed along or was told, the replay writes the
// same tokens with the same probabilities.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { tierDir } from "../../server/engine/models/tiers.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { GenerateParams, GenerateResult } from "../../server/host/protocol/messages.ts";
import { RepositoryMemories } from "../../server/host/repositoryMemories.ts";
import type { Recording } from "../../src/completion/recording.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-replay-")));
after(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;

const load = (threads: number): Promise<LocalModel> =>
  LocalModel.load({
    source: { modelDir: tierDir("quick") },
    device: { cacheDir: defaultCacheDir(), threads },
    memories: new RepositoryMemories(),
  });

const source = readFileSync(path.join(root, "server", "host", "scheduler.ts"), "utf8");
const pieces = [
  { kind: "import", path: "common/errors.ts", text: "export class Cancelled extends Error {}\n", score: 1 },
];

/** A call at an offset of a real file, as an editor makes it. */
const callAt = (offset: number, more: Partial<GenerateParams>): Omit<GenerateParams, "id"> => ({
  prompt: {
    ...{ path: "server/host/scheduler.ts", languageId: "typescript", pieces },
    prefix: source.slice(0, offset),
    suffix: source.slice(offset),
  },
  ...{ maxTokens: 16, sampling: { temperature: 0 }, stop: [], branches: 3, record: true, ...more },
});

test("a replay in a fresh model equals a run with filled caches and guesses, to the bit, with one thread and two", async () => {
  const recording = await load(2);
  const replaying = await load(1);
  const middle = source.indexOf("async #turn");
  const sampled = { temperature: 0.8, topK: 40, topP: 0.95 };
  const calls = [
    callAt(middle, {}),
    callAt(middle + 40, { lookup: [source.slice(middle, middle + 400)] }), // the prefix is in a slot; guesses run along
    callAt(middle + 43, { stop: ["\n"] }), // within a word: the last tokens are taken back
    callAt(middle + 200, { sampling: sampled }), // the seed comes from the prompt
    callAt(middle + 200, { sampling: { ...sampled, seed: 7 } }),
    callAt(source.indexOf("entry.ended") + 6, { words: ["ended", "ending", "begun"] }),
    callAt(middle + 400, { maxTokens: 40 }),
  ];
  const written: GenerateResult[] = [];
  // the memory of the workspace speaks along: what it has counted is recorded
  const files = [{ path: "server/host/other.ts", text: source.replaceAll("entry", "task") }];
  await recording.remember({ workspace: "w", files });
  calls.push(callAt(middle + 120, { memory: "w", maxTokens: 40 }), callAt(middle + 43, { memory: "w" }));
  for (const call of calls) written.push(await recording.generate(call, () => {}, never));
  assert.ok(
    written.some(({ tokens }) => tokens.cached > 100),
    "caches were used",
  );
  for (const { recorded, logProbs, stop, text } of written) {
    const again = await replaying.replay(recorded!, recorded!.maxTokens, never);
    assert.deepEqual([again.tokens, again.logProbs, again.stop, again.text], [recorded!.tokens, logProbs, stop, text]);
    assert.equal(recorded!.writtenBy.weightsSha256, replaying.recordedModel().weightsSha256);
  }
  assert.equal(written.filter(({ recorded }) => recorded!.memory?.some((rows) => rows.length > 0)).length, 2);
  assert.ok(written.every(({ recorded }) => recorded!.tokens.length > 0));
  recording.dispose();
  replaying.dispose();
});

test("sotto complete records, sotto replay writes the same, and tells where a changed recording departs", () => {
  writeFileSync(path.join(dir, "package.json"), "{}");
  const file = path.join(dir, "stock.js");
  writeFileSync(file, "export function isEmpty(items) {\n  return \n}\n");
  const recordingFile = path.join(dir, "request.json");
  const sotto = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", path.join(root, "cli", "main.ts"), ...args], {
      cwd: dir,
      encoding: "utf8",
    });
  const place = ["--file", file, "--line", "2", "--column", "10", "--model", "quick", "--explicit"];
  const made = sotto("complete", ...place, "--record", recordingFile);
  assert.equal(made.status, 0, made.stderr);
  const recording = JSON.parse(readFileSync(recordingFile, "utf8")) as Recording;
  assert.match(recording.prompt.text, /isEmpty\(items\)/);
  assert.equal(recording.outcome.shown, made.stdout.trim());

  const again = sotto("replay", recordingFile, "--json");
  assert.equal(again.status, 0, again.stderr);
  const { same, tokens, largestDifference, differs } = JSON.parse(again.stdout);
  assert.deepEqual({ same, differs, largestDifference }, { same: true, differs: [], largestDifference: 0 });
  assert.equal(tokens, recording.result.tokens!.length);

  recording.result.tokens![1]!++;
  recording.madeWith.sotto = "0.0.1";
  writeFileSync(recordingFile, JSON.stringify(recording));
  const changed = sotto("replay", recordingFile);
  assert.equal(changed.status, 1);
  assert.match(
    changed.stdout,
    /^Not the same text: the first 1 token are.\n {2}recorded token 2: .* %\)\n {2}this time: +".*" \(/,
  );
  assert.match(changed.stdout, /sotto: 0\.0\.1, now /);
});
