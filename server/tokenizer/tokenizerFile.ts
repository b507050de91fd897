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

/** The frame of the file; the vocabulary and the merges are tens of thousands of entries, which plain loops check in a tenth of the time. */
const fileSchema = z.object({
  added_tokens: z.array(
    z.object({ id: z.number().int().nonnegative(), content: z.string(), special: z.literal(true) }),
  ),
  model: z.object({
    type: z.literal("BPE"),
    vocab: z.custom<Record<string, unknown>>(
      (value) => typeof value === "object" && value !== null,
      "expected an object",
    ),
    merges: z.array(z.unknown()),
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
  const ids = new Map(Object.entries(model.vocab) as [string, number][]);
  for (const { content, id } of added_tokens) ids.set(content, id);
  const specialIds = new Map(added_tokens.map(({ content, id }) => [content, id]));
  return { tokens: tokensById(ids, specialIds, path), merges: parseMerges(model.merges, ids, path), specialIds };
}

function tokensById(ids: ReadonlyMap<string, number>, specialIds: ReadonlyMap<string, number>, path: string): string[] {
  const tokens = new Array<string>(ids.size);
  for (const [token, id] of ids) {
    if (!Number.isInteger(id) || id < 0 || id >= ids.size || tokens[id] !== undefined) {
      throw modelCorrupt(path, "its ids do not run from 0 without gaps");
    }
    if (!specialIds.has(token) && !tokenBytes(token)) throw modelCorrupt(path, `the token "${token}" is not of bytes`);
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

/** The content of tokenizer.json for `vocabulary`; the inverse of `parseTokenizer`. */
export function tokenizerToJson({ tokens, merges, specialIds }: Vocabulary): Record<string, unknown> {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...specialIds].map(([content, id]) => ({
      id,
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
