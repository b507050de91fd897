// The token loop beside a peer: who does which work, and what is counted. On a decoder that knows its text; nothing here is timed.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job, PeerCommands } from "../../../../lab/bench/peer/types.ts";
import { comparisonOf, type EnginePeer } from "../../../../lab/bench/support/engineFigures.ts";
import { measureLoop } from "../../../../lab/bench/support/loopDecode.ts";
import { createSession } from "../../../../server/engine/generate/generate.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";
import { scriptedDecoder, textAfter } from "../../engine/generate/scriptedDecoder.ts";

const PROMPT = "let total = 0; for (const one of all) total += one; let to";
const WRITTEN = "tal = 0;"; // as the prompt says
const SAMPLES = 2;

type Work = Parameters<PeerCommands["work"]>[0];

/** A peer of two variants that share a cache, and one of its own; notes its work. */
function notingPeer(): EnginePeer & { work: Work[] } {
  const work: Work[] = [];
  const call = async (_: string, options: Work) => {
    work.push(options);
    return { ms: options.threads, cpuMs: options.threads, argmax: [] };
  };
  const variants = [
    { name: "a1", model: 0, threads: 1 },
    { name: "a2", model: 0, threads: 2 },
    { name: "b1", model: 1, threads: 1 },
  ];
  return { process: { call: call as never }, variants, work };
}

test("the peer reads the prompt once for each cache, and then runs each token that ours has chosen", async () => {
  const tokenizer = tinyTokenizer();
  const prompt = tokenizer.encode(PROMPT);
  const decoder = scriptedDecoder(textAfter(prompt.length, WRITTEN));
  const session = createSession(decoder, tokenizer, { slots: 1 });
  const peer = notingPeer();
  const { sotto, ratio } = await measureLoop({ session, prompts: [prompt] }, SAMPLES, peer);

  const isReading = ({ jobs }: Work) => jobs[0].past === 0;
  const readings = peer.work.filter(isReading);
  assert.deepEqual(
    readings.map(({ model, jobs }) => [model, jobs]),
    [0, 1].map((model) => [model, [{ tokens: prompt.slice(0, -1), past: 0, asked: "last" }]]),
  );
  const run = tokenizer.encode(PROMPT.at(-1) + WRITTEN); // after the last of these comes the end of text
  const jobs: Job[] = run.map((token, i) => ({ tokens: [token], past: prompt.length - 1 + i, asked: "last" }));
  const decoding = peer.work.filter((work) => !isReading(work));
  assert.ok(decoding.length >= 3 * SAMPLES);
  for (const work of decoding) assert.deepEqual(work.jobs, jobs);

  const { tokens, runs, guessed, accepted } = sotto;
  const generations = tokens / run.length;
  assert.ok(Number.isInteger(generations) && generations >= SAMPLES);
  assert.ok(accepted > 0 && accepted <= guessed);
  assert.ok(runs < tokens && runs + accepted >= tokens);
  assert.ok(ratio !== undefined);
});

test("a generation knows nothing of what was written at its place before", async () => {
  const tokenizer = tinyTokenizer();
  const prompt = tokenizer.encode("abcdefghijklm");
  const decoder = scriptedDecoder(textAfter(prompt.length, "nopqrstuvwxyz"));
  const session = createSession(decoder, tokenizer, { slots: 1 });
  const { sotto } = await measureLoop({ session, prompts: [prompt] }, SAMPLES);
  assert.deepEqual([sotto.guessed, sotto.tokensPerRun], [0, 1]);
});

test("the peer's fastest variant counts; a rate grows and a time falls with the speed", () => {
  const times = [10, 40, 20].map((ms) => ({ ms, samples: 4, quiet: 3 }));
  const variants = ["slow", "fast"].map((name, model) => ({ name, model, threads: 1 }));
  const rate = comparisonOf(times, { value: (ms) => 1000 / ms, isRate: true }, variants);
  assert.deepEqual(rate, {
    sotto: { value: 100, quiet: "3/4" },
    peer: { variant: "fast", value: 50, quiet: "3/4" },
    ratio: 2,
    peers: { slow: { value: 25, quiet: "3/4" }, fast: { value: 50, quiet: "3/4" } },
  });
  assert.equal(comparisonOf(times, { value: (ms) => ms, isRate: false }, variants).ratio, 2);
  assert.deepEqual(comparisonOf(times.slice(0, 1), { value: (ms) => ms, isRate: false }), {
    sotto: { value: 10, quiet: "3/4" },
    peers: {},
  });
});
