// The tokenizer in a GGUF file's metadata: byte-level BPE ("gpt2", with its merges) and SentencePiece's ("llama", with scores). Reads no weights.

import { ggufInvalid, modelUnsupported } from "../../../common/errors.ts";
import type { GgufFile } from "../models/gguf.ts";
import type { Merge } from "./bpe.ts";
import { tokenBytes } from "./byteLevel.ts";
import { BLANK, isByteToken } from "./charLevel.ts";
import { CUTTING_BY_NAME } from "./patterns.ts";
import { bytePipeline, charPipeline, type Pipeline } from "./pipeline.ts";
import { isMarker, textIds, type Vocabulary } from "./vocabulary.ts";

/** Value in `tokenizer.ggml.token_type`; 2 is unknown, 3 control, 5 unused. */
const NORMAL = 1;
const USER_DEFINED = 4;
const BYTE = 6;

/** @throws UserError ggufInvalid for lists that are missing or contradict each other, modelUnsupported for an unknown kind of tokenizer */
export function readGgufTokenizer(gguf: GgufFile): { vocabulary: Vocabulary; pipeline: Pipeline } {
  const model = gguf.metadata.get("tokenizer.ggml.model");
  if (model === "llama") return { vocabulary: charVocabulary(gguf), pipeline: charPipeline() };
  const name = String(gguf.metadata.get("tokenizer.ggml.pre"));
  const cutting = CUTTING_BY_NAME.get(name);
  if (model !== "gpt2" || !cutting) throw modelUnsupported(`its tokenizer is ${String(model)}/${name}`);
  return { vocabulary: byteVocabulary(gguf), pipeline: bytePipeline(cutting) };
}

function byteVocabulary(gguf: GgufFile): Vocabulary {
  const words = readWords(gguf);
  const ids = new Map(words.tokens.map((token, id) => [token, id]));
  const strange = words.tokens.find(
    (token) => !words.specialIds.has(token) && !words.addedIds.has(token) && !tokenBytes(token),
  );
  if (strange !== undefined) throw ggufInvalid(gguf.path, `the token "${strange}" is not of bytes`);
  const merges = strings(gguf, "merges").map((text): Merge => {
    const at = text.indexOf(" ", 1);
    const [left, right] = [text.slice(0, at), text.slice(at + 1)];
    const merge = { left: ids.get(left), right: ids.get(right), result: ids.get(left + right) };
    if (merge.left === undefined || merge.right === undefined || merge.result === undefined) {
      throw ggufInvalid(gguf.path, `the merge "${text}" names a token that is not in the vocabulary`);
    }
    return merge as Merge;
  });
  return { ...words, merges };
}

/**
 * SentencePiece merges the two neighbours whose union is the token with the highest score. So each way to build a token from two others is a
 * merge, and merges into tokens with a higher score go first (Kudo and Richardson 2018; its BPE writes scores in the order in which it learnt
 * the tokens).
 */
function charVocabulary(gguf: GgufFile): Vocabulary {
  const words = readWords(gguf, (token) => token.replaceAll(" ", BLANK)); // added tokens contain plain spaces
  const scores = numbers(gguf, "scores");
  if (scores.length !== words.tokens.length) throw ggufInvalid(gguf.path, "it has not one score for each token");
  const ids = textIds({ ...words, merges: [] });
  const ranks = new Map([...new Set(scores)].sort((a, b) => b - a).map((score, rank) => [score, rank]));
  const merges: Merge[] = [];
  for (const [token, result] of ids) {
    if (isByteToken(token)) continue;
    const rank = ranks.get(scores[result]);
    let at = 0;
    for (const char of token) {
      at += char.length;
      const left = ids.get(token.slice(0, at));
      const right = ids.get(token.slice(at));
      if (left !== undefined && right !== undefined && at < token.length) merges.push({ left, right, result, rank });
    }
  }
  return { ...words, merges };
}

/** The tokens, with the kind of each. */
function readWords(gguf: GgufFile, spell = (token: string) => token): Required<Omit<Vocabulary, "merges">> {
  const tokens = strings(gguf, "tokens").map(spell);
  const types = numbers(gguf, "token_type");
  if (types.length !== tokens.length) throw ggufInvalid(gguf.path, "it has not one type for each token");
  const specialIds = new Map<string, number>();
  const addedIds = new Map<string, number>();
  tokens.forEach((token, id) => {
    const isAdded = types[id] === USER_DEFINED;
    const isText = isAdded || types[id] === NORMAL || types[id] === BYTE;
    if (!isText || isMarker(token, isAdded)) specialIds.set(token, id);
    else if (isAdded) addedIds.set(token, id);
  });
  if (new Set(tokens).size !== tokens.length) throw ggufInvalid(gguf.path, "its vocabulary has a token twice");
  return { tokens, specialIds, addedIds };
}

const strings = (gguf: GgufFile, key: string): string[] => list(gguf, key, "string") as string[];
const numbers = (gguf: GgufFile, key: string): number[] => list(gguf, key, "number") as number[];

function list(gguf: GgufFile, key: string, type: "string" | "number"): unknown[] {
  const value: unknown = gguf.metadata.get(`tokenizer.ggml.${key}`);
  if (!Array.isArray(value) || value.some((item) => typeof item !== type)) {
    throw ggufInvalid(gguf.path, `"tokenizer.ggml.${key}" is missing or not a list of ${type}s`);
  }
  return value;
}
