// The vocabulary of a GGUF file, and a smaller one made of it by leaving tokens out. Reads no weights.

import type { GgufFile } from "../../server/models/gguf.ts";
import { ggufInvalid, modelUnsupported } from "../../server/protocol/errors.ts";
import type { Merge } from "../../server/tokenizer/bpe.ts";
import type { Vocabulary } from "../../server/tokenizer/tokenizerFile.ts";

const CONTROL_TOKEN = 3; // in tokenizer.ggml.token_type

/** @throws UserError unless the file holds a byte-level BPE with SmolLM2's pieces */
export function ggufVocabulary(gguf: GgufFile): Vocabulary {
  const model = gguf.metadata.get("tokenizer.ggml.model");
  const pieces = gguf.metadata.get("tokenizer.ggml.pre");
  if (model !== "gpt2" || pieces !== "smollm")
    throw modelUnsupported(`its tokenizer is ${String(model)}/${String(pieces)}`);
  const list = (key: string, type: "string" | "number"): unknown[] => {
    const value = gguf.metadata.get(`tokenizer.ggml.${key}`);
    if (!Array.isArray(value) || value.some((item) => typeof item !== type)) {
      throw ggufInvalid(gguf.path, `"tokenizer.ggml.${key}" is missing or not a list of ${type}s`);
    }
    return value;
  };
  const tokens = list("tokens", "string") as string[];
  const types = list("token_type", "number") as number[];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges = (list("merges", "string") as string[]).map((text): Merge => {
    const [left, right] = text.split(" ");
    const merge = { left: ids.get(left), right: ids.get(right), result: ids.get(left + right) };
    if (merge.left === undefined || merge.right === undefined || merge.result === undefined) {
      throw ggufInvalid(gguf.path, `the merge "${text}" names a token that is not in the vocabulary`);
    }
    return merge as Merge;
  });
  const special = tokens.flatMap((token, id): [string, number][] => (types[id] === CONTROL_TOKEN ? [[token, id]] : []));
  return { tokens, merges, specialIds: new Map(special) };
}

/**
 * The vocabulary that has only the tokens `kept` (original ids, ascending), numbered anew in that order; merges that make another token
 * are left out.
 */
export function pruneVocabulary(full: Vocabulary, kept: readonly number[]): Vocabulary {
  const newIds = new Map(kept.map((id, index) => [id, index]));
  const merges: Merge[] = [];
  for (const { left, right, result } of full.merges) {
    if (!newIds.has(result)) continue;
    const merge = { left: newIds.get(left), right: newIds.get(right), result: newIds.get(result) };
    if (merge.left === undefined || merge.right === undefined) {
      throw new Error(`token ${full.tokens[result]} is kept without what it is merged from`);
    }
    merges.push(merge as Merge);
  }
  const specialIds = new Map(
    [...full.specialIds].flatMap(([name, id]) => (newIds.has(id) ? [[name, newIds.get(id)!]] : [])),
  );
  return { tokens: kept.map((id) => full.tokens[id]), merges, specialIds };
}

/** The same vocabulary with other names for some of its special tokens; ids stay. @throws Error when one is not there */
export function renameSpecials(vocabulary: Vocabulary, newNames: ReadonlyMap<string, string>): Vocabulary {
  const tokens = [...vocabulary.tokens];
  const specialIds = new Map(vocabulary.specialIds);
  for (const [name, newName] of newNames) {
    const id = specialIds.get(name);
    if (id === undefined) throw new Error(`there is no special token ${name}`);
    tokens[id] = newName;
    specialIds.delete(name);
    specialIds.set(newName, id);
  }
  return { ...vocabulary, tokens, specialIds };
}
