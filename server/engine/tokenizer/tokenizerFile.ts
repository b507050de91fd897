// tokenizer.json in Hugging Face's format: reads and checks it, and writes the embedded model's. A file with an unknown option is refused rather
// than half obeyed.

import * as z from "zod";
import { modelCorrupt, modelUnsupported } from "../../../common/errors.ts";
import type { Merge } from "./bpe.ts";
import { tokenBytes } from "./byteLevel.ts";
import { QWEN2 } from "./patterns.ts";
import { type Pipeline, readPipeline, type Steps } from "./pipeline.ts";
import { isMarker, type Vocabulary } from "./vocabulary.ts";

/**
 * The outer structure of the file. The vocabulary and the merges are tens of thousands of entries, which plain loops check in a tenth of the
 * time.
 */
const fileSchema = z.object({
  added_tokens: z.array(
    z.object({ id: z.number().int().nonnegative(), content: z.string().min(1), special: z.boolean().default(false) }),
  ),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  post_processor: z.unknown().optional(),
  decoder: z.unknown().optional(),
  model: z.looseObject({
    type: z.literal("BPE"),
    vocab: z.custom<Record<string, unknown>>(
      (value) => typeof value === "object" && value !== null,
      "expected an object",
    ),
    merges: z.custom<unknown[]>((value) => Array.isArray(value), "expected a list"),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
    unk_token: z.string().nullable().default(null),
  }),
});

/** Options of the BPE model that change ids and must be off, with the values that mean off. */
const OPTIONS_OFF: Readonly<Record<string, readonly unknown[]>> = {
  dropout: [null, 0],
  continuing_subword_prefix: [null, ""],
  end_of_word_suffix: [null, ""],
};

/** The steps of the embedded model's tokenizer, for cutting text and joining it again. */
const SMOLLM2_STEPS = {
  normalizer: null,
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    ],
  },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
};

/** The steps of Qwen2's tokenizer, with its pattern for cutting. */
export const QWEN2_STEPS: Steps = {
  normalizer: { type: "NFC" },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: QWEN2 }, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
    ],
  },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
};

export const SMOLLM2_PIPELINE: Pipeline = readPipeline(SMOLLM2_STEPS, false);

/**
 * The vocabulary and the pipeline in `json`, the parsed content of the file `path`.
 * @throws UserError modelUnsupported for an unknown kind of tokenizer, modelCorrupt for one that contradicts itself
 */
export function readTokenizerFile(json: unknown, path: string): { vocabulary: Vocabulary; pipeline: Pipeline } {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw modelCorrupt(path, `"${issue.path.join(".")}": ${issue.message}`);
  }
  const { added_tokens, model, ...steps } = parsed.data;
  for (const [key, off] of Object.entries(OPTIONS_OFF)) {
    if (!off.includes(model[key] ?? null)) throw modelUnsupported(`its tokenizer uses "${key}"`);
  }
  const pipeline = readPipeline(steps, model.ignore_merges);
  const ofBytes = pipeline.alphabet === "bytes";
  if (ofBytes === model.byte_fallback) {
    throw modelUnsupported(`its tokenizer ${ofBytes ? "uses" : "does not use"} "byte_fallback"`);
  }
  if (ofBytes && model.unk_token !== null) throw modelUnsupported('its tokenizer uses "unk_token"');

  const ids = new Map(Object.entries(model.vocab) as [string, number][]);
  const specialIds = new Map([...ids].filter(([token]) => isMarker(token, false)));
  const addedIds = new Map<string, number>();
  for (const { content, id, special } of added_tokens) {
    ids.set(content, id);
    (special || isMarker(content, true) ? specialIds : addedIds).set(content, id);
  }
  const isWord = (token: string) => !specialIds.has(token) && !addedIds.has(token);
  const tokens = tokensById(ids, path);
  const strange = ofBytes ? tokens.find((token) => isWord(token) && !tokenBytes(token)) : undefined;
  if (strange !== undefined) throw modelCorrupt(path, `the token "${strange}" is not of bytes`);
  return { vocabulary: { tokens, merges: parseMerges(model.merges, ids, path), specialIds, addedIds }, pipeline };
}

function tokensById(ids: ReadonlyMap<string, number>, path: string): string[] {
  const tokens = new Array<string>(ids.size);
  for (const [token, id] of ids) {
    if (!Number.isInteger(id) || id < 0 || id >= ids.size || tokens[id] !== undefined) {
      throw modelCorrupt(path, "its ids do not run from 0 without gaps");
    }
    tokens[id] = token;
  }
  return tokens;
}

function parseMerges(merges: readonly unknown[], ids: ReadonlyMap<string, number>, path: string): Merge[] {
  return merges.map((entry) => {
    const pair: unknown[] = typeof entry === "string" ? entry.split(" ") : Array.isArray(entry) ? entry : [];
    const [left, right] = pair;
    if (pair.length !== 2 || typeof left !== "string" || typeof right !== "string") {
      throw modelCorrupt(path, `"${String(entry)}" is not a merge of two tokens`);
    }
    const merge = { left: ids.get(left), right: ids.get(right), result: ids.get(left + right) };
    if (merge.left === undefined || merge.right === undefined || merge.result === undefined) {
      throw modelCorrupt(path, `the merge "${left} ${right}" names a token that is not in the vocabulary`);
    }
    return merge as Merge;
  });
}

/**
 * The content of tokenizer.json for `vocabulary`, by default with SmolLM2's steps; the inverse of `readTokenizerFile`. Special tokens are in
 * order of id.
 */
export function tokenizerToJson(
  { tokens, merges, specialIds }: Vocabulary,
  steps: Steps = SMOLLM2_STEPS,
): Record<string, unknown> {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...specialIds]
      .sort(([, a], [, b]) => a - b)
      .map(([content, id]) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
    ...steps,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
      merges: merges.map(({ left, right }) => `${tokens[left]} ${tokens[right]}`),
    },
  };
}
