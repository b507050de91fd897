import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession } from "../../../server/generate/generate.ts";
import { scoreText } from "../../../server/generate/scoreText.ts";
import { UserError } from "../../../server/protocol/errors.ts";
import type { Decoder } from "../../../server/runtime/decoder.ts";
import { tinyModel, tinyTokenizer } from "../../fixtures/tinyModel.ts";

const VOCAB = 260;

/** Logits that depend on the token and its position; the decoder notes what it ran. */
function positionDecoder(runs: { tokens: number[]; past: number }[]): Decoder {
  const { config } = tinyModel();
  return {
    config,
    capacity: 400,
    device: "cpu",
    runtime: "test",
    async run(tokens, past, logitPositions) {
      runs.push({ tokens: [...tokens], past });
      return Float32Array.from(logitPositions.flatMap((index) => logitsAt(tokens[index], past + index)));
    },
    dispose() {},
  };
}

const logitsAt = (token: number, position: number): number[] =>
  Array.from({ length: VOCAB }, (_, id) => Math.sin(id * 0.7 + token * 1.3 + position * 0.1) * 3);

/** The definition: ln softmax of each text token after what stands before it. */
function oracle(prompt: number[], text: number[]): number {
  const all = [...prompt, ...text];
  return text.reduce((sum, id, index) => {
    const before = prompt.length + index - 1;
    const logits = logitsAt(all[before], before);
    return sum + logits[id] - Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
  }, 0);
}

const ids = (length: number, step: number) => Array.from({ length }, (_, index) => (index * step + 3) % 256);
const close = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-3, `${found} is not ${wanted}`);

test("the score is the sum over the text's tokens, however long both are", async () => {
  for (const [promptLength, textLength] of [
    [1, 1],
    [5, 3],
    [128, 1],
    [200, 150],
  ]) {
    const session = createSession(positionDecoder([]), tinyTokenizer());
    const [prompt, text] = [ids(promptLength, 7), ids(textLength, 11)];
    close(await scoreText(session, prompt, text), oracle(prompt, text));
  }
});

test("what is in the cache already is not run again, but for the prompt's last token", async () => {
  const runs: { tokens: number[]; past: number }[] = [];
  const session = createSession(positionDecoder(runs), tinyTokenizer());
  const [prompt, text] = [ids(20, 7), ids(4, 11)];
  await scoreText(session, prompt, text);
  assert.deepEqual(session.cached, [...prompt, ...text.slice(0, -1)], "the cache holds all but the last token");
  runs.length = 0;
  close(await scoreText(session, prompt, ids(3, 5)), oracle(prompt, ids(3, 5)));
  assert.deepEqual(runs, [{ tokens: [prompt[19], ...ids(3, 5).slice(0, -1)], past: 19 }]);
});

test("a text that does not fit is refused before anything runs", async () => {
  const runs: unknown[] = [];
  const session = createSession(positionDecoder(runs as never), tinyTokenizer());
  await assert.rejects(scoreText(session, ids(300, 7), ids(101, 5)), UserError);
  assert.deepEqual(runs, []);
});
