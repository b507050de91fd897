// tokenizer.json in Hugging Face's format: reads and checks it, and writes it. Takes byte-level BPE with SmolLM2's pieces only; a file that
// asks for anything else is refused rather than half obeyed.

import * as z from "zod";
import { modelCorrupt, modelUnsupported } from "../protocol/errors.ts";
import type { Merge } from "./bpe.ts";
import { tokenBytes } from "./byteLevel.ts";

/** A vocabulary with its merges. */
export interface Vocabulary {
  tokens: string[]; // by id, in stand-in characters; special tokens by their names
  merges: Merge[]; // in order of rank
  specialIds: ReadonlyMap<string, number>; // by name
}

const id = z
  .number()
  .int()
  .nonnegative()
  .max(1 << 20);
const fileSchema = z.object({
  added_tokens: z.array(z.object({ id, content: z.string(), special: z.literal(true) })),
  model: z.object({
    type: z.literal("BPE"),
    vocab: z.record(z.string(), id),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});

/** How text is cut and put together again; `pieces.ts` and `bpeTokenizer.ts` do exactly this and nothing else. */
const PIPELINE = {
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

/** Options of the BPE model that change ids; all are off. */
const MODEL_OPTIONS = {
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
};

/**
 * The vocabulary in `json`, the parsed content of the file `path`.
 * @throws UserError modelUnsupported for another kind of tokenizer, modelCorrupt for one that contradicts itself
 */
export function parseTokenizer(json: unknown, path: string): Vocabulary {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw modelCorrupt(path, `"${issue.path.join(".")}": ${issue.message}`);
  }
  const fields = json as Record<string, unknown> & { model: Record<string, unknown> };
  for (const key of ["normalizer", "pre_tokenizer", "post_processor"] as const) {
    if (!sameJson(fields[key] ?? null, PIPELINE[key]))
      throw modelUnsupported(`the "${key}" of its tokenizer is not SmolLM2's`);
  }
  for (const [key, value] of Object.entries(MODEL_OPTIONS)) {
    if (!sameJson(fields.model[key] ?? value, value)) throw modelUnsupported(`its tokenizer uses "${key}"`);
  }
  const { added_tokens, model } = parsed.data;
  const tokens = tokensById(
    { ...model.vocab, ...Object.fromEntries(added_tokens.map((t) => [t.content, t.id])) },
    path,
  );
  const ids = new Map(tokens.map((token, index) => [token, index]));
  const specialIds = new Map(added_tokens.map((token) => [token.content, token.id]));
  for (const token of tokens) {
    if (!specialIds.has(token) && !tokenBytes(token)) throw modelCorrupt(path, `the token "${token}" is not of bytes`);
  }
  const merges = model.merges.map((merge) => {
    const [left, right] = typeof merge === "string" ? merge.split(" ") : merge;
    const found = { left: ids.get(left), right: ids.get(right), result: ids.get(left + right) };
    if (found.left === undefined || found.right === undefined || found.result === undefined) {
      throw modelCorrupt(path, `the merge "${left} ${right}" names a token that is not in the vocabulary`);
    }
    return found as Merge;
  });
  return { tokens, merges, specialIds };
}

function tokensById(vocab: Record<string, number>, path: string): string[] {
  const tokens: string[] = [];
  const entries = Object.entries(vocab);
  for (const [token, index] of entries) tokens[index] = token;
  const unique = new Set(entries.map(([, index]) => index));
  if (unique.size !== entries.length || tokens.length !== entries.length) {
    throw modelCorrupt(path, "its ids do not run from 0 without gaps");
  }
  return tokens;
}

/** The content of tokenizer.json for `vocabulary`; the inverse of `parseTokenizer`. */
export function tokenizerToJson({ tokens, merges, specialIds }: Vocabulary): Record<string, unknown> {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...specialIds].map(([content, index]) => ({
      id: index,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    ...PIPELINE,
    model: {
      type: "BPE",
      ...MODEL_OPTIONS,
      vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
      merges: merges.map(({ left, right }) => `${tokens[left]} ${tokens[right]}`),
    },
  };
}

function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameJson((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
