// What each layer of a model did for the tokens of a known text: how it changed what the model would say (logit lens), what its attention and its
// feed-forward network added to each token's logit, and where one token looked. Reads the prompt once more, on the processor, with a session of
// its own that is gone afterwards. Blocks the thread for most of that time.

import { badInput, promptTooLong } from "../../../common/errors.ts";
import type { LayeredToken } from "../../host/protocol/messages.ts";
import { expectation, healed } from "../generate/scoreText.ts";
import type { GenerationSession } from "../generate/session.ts";
import { computeForm } from "../graph/computeForm.ts";
import type { Form } from "../graph/decoderGraph.ts";
import { requireMemory } from "../load/loadDecoder.ts";
import { tablePositions } from "../models/config.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { bytesSaturate } from "../runtime/bindingDecoder.ts";
import { runLayers, runLens } from "../runtime/layerRuns.ts";
import { defaultThreads } from "../runtime/threads.ts";
import { attentionRows, finalNorm, headRows, lengthOf, logitShares } from "./contributions.ts";

/** The most tokens of a text whose layers are told: the 32 of an explanation, and those that spell the prompt's end again. */
const MOST_TOKENS = 48;

/** A model with its adapter merged, and where its compute form is kept. */
export interface LayerSource {
  model: StoredModel;
  cacheDir: string;
  threads?: number; // default: physical cores, at most 8
  form?: Exclude<Form, `gpu${string}`>; // default row8
}

export interface LayerReading {
  tokens: LayeredToken[];
  /** [layers][heads][positions up to the token]: where a token looked; each row sums to 1. */
  attention: Float64Array[][];
  sequence: number[]; // the tokens at those positions, and after them the rest of what was read
  ms: { prepare: number; read: number; lens: number };
}

/**
 * Reads `text` right after the prompt as `scoreText` does.
 * @param attentionOf index of the text's token whose attention is told
 * @throws UserError badInput where the text has no such token, promptTooLong, memoryTooSmall, runtimeFailed
 */
export async function readLayers(
  { model, cacheDir, threads = defaultThreads(), form = "row8" }: LayerSource,
  tokens: Pick<GenerationSession, "tokenizer" | "healing">,
  promptTokens: readonly number[],
  text: string,
  attentionOf: number,
): Promise<LayerReading> {
  const { config } = model;
  const { prompt, continuation, owed } = healed(tokens, promptTokens, text);
  const told = continuation.slice(0, MOST_TOKENS);
  if (attentionOf >= told.length)
    throw badInput(
      `The text has ${told.length} tokens that are told, and none at ${attentionOf}.`,
      "Ask for one of these.",
    );
  const sequence = [...prompt, ...told];
  const read = sequence.slice(0, -1); // nothing is asked after the last token
  if (read.length > tablePositions(config)) throw promptTooLong(read.length, tablePositions(config));
  const firstRow = prompt.length - 1; // predicts the first token of the text

  const startMs = performance.now();
  requireMemory(model, { capacity: read.length }, form);
  const { layers: graphs, probePath } = await computeForm(model, { cacheDir, form });
  const exactBytes = await bytesSaturate(probePath);
  const preparedMs = performance.now();
  const rows = { firstRow, queryRow: firstRow + attentionOf };
  const options = { config, threads, exactBytes };
  const values = await runLayers(graphs, read, rows, options);
  const readMs = performance.now();

  const { hiddenSize, vocabSize } = config;
  const rowOf = (all: Float32Array, row: number) => all.subarray(row * hiddenSize, (row + 1) * hiddenSize);
  const residuals: Float32Array[] = []; // after each layer: [rows, hidden], summed as the runtime sums them
  for (let layer = 0; layer < config.layers; layer++) {
    const before = residuals[layer - 1] ?? values.embedded;
    const attended = before.map((value, i) => value + values.attention[layer][i]);
    residuals.push(attended.map((value, i) => value + values.mlp[layer][i]));
  }
  const norm = finalNorm(model);
  const headRowsOfTold = headRows(model, told);
  const spelling = spellings(tokens, told, owed);
  const found = told.map((id, row): LayeredToken => {
    const addends = [values.embedded, ...values.attention, ...values.mlp].map((all) => rowOf(all, row));
    const { shares, bias } = logitShares(addends, headRowsOfTold[row], norm);
    return {
      ...{ id, text: spelling[row].text, lens: [], logit: 0 },
      embedding: shares[0],
      attention: shares.slice(1, 1 + config.layers),
      mlp: shares.slice(1 + config.layers),
      bias,
      norms: residuals.map((residual) => lengthOf(rowOf(residual, row))),
    };
  });
  const onLogits = (logits: Float32Array) => {
    for (const [row, token] of found.entries()) {
      const { allowed, textOf } = spelling[row];
      const own = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
      const { logProb, rank, alternatives } = expectation(own, token.id, allowed, textOf);
      token.lens.push({ logProb, rank, likeliest: rank === 1 ? token.text : (alternatives[0]?.text ?? "") });
      token.logit = own[token.id]; // that of the last layer stays
    }
  };
  await runLens(graphs, residuals, onLogits, options);
  const position = rows.queryRow;
  const attention = values.queries.map((query, layer) => attentionRows(query, values.keys[layer], position, config));
  const ms = { prepare: preparedMs - startMs, read: readMs - preparedMs, lens: performance.now() - readMs };
  return { tokens: found, attention, sequence, ms };
}

/** For each token: the text that it adds, the ids that fit what is owed there, and the text that another token would add. */
function spellings(
  { tokenizer, healing }: Pick<GenerationSession, "tokenizer" | "healing">,
  ids: readonly number[],
  owed: Uint8Array,
) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // keeps the bytes of an unfinished character
  let left = owed;
  return ids.map((id) => {
    const skipped = left.length;
    const added = (other: number) => tokenizer.bytesOf(other).subarray(skipped);
    const allowed = skipped > 0 ? healing.candidates(left) : undefined;
    left = left.subarray(tokenizer.bytesOf(id).length);
    return {
      text: decoder.decode(added(id), { stream: true }),
      allowed,
      textOf: (other: number) => Buffer.from(added(other)).toString("utf8"),
    };
  });
}
