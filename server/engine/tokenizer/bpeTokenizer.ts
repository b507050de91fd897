// Byte-pair encoding over bytes or characters, from the tokenizer.json of a model's folder or from its GGUF file. Owns encode and decode.
// Special tokens are never recognised inside text: callers ask for them by name and insert their ids.

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { tokenizerMissing, tokenizerOfOtherModel } from "../../../common/errors.ts";
import { firstGguf, openGguf } from "../models/gguf.ts";
import { readJson } from "../models/manifest.ts";
import { TOKENIZER_FILE } from "../models/modelStore.ts";
import { Bpe } from "./bpe.ts";
import { byteSymbols, standIns, tokenBytes } from "./byteLevel.ts";
import { BLANK, charSplitter, charSymbols, charTokenBytes } from "./charLevel.ts";
import { readGgufTokenizer } from "./ggufTokenizer.ts";
import { type Splitter, splitByPatterns } from "./pieces.ts";
import type { Pipeline } from "./pipeline.ts";
import type { LineCut, Tokenizer } from "./tokenizer.ts";
import { readTokenizerFile, SMOLLM2_PIPELINE } from "./tokenizerFile.ts";
import { textIds, type Vocabulary } from "./vocabulary.ts";

/** How many pieces keep their ids; code repeats itself, so most pieces are found. */
const CACHED_PIECES = 50_000;
const CACHED_PIECE_LENGTH = 64;

/** Added tokens (outside the merges) that are text and consist of white space only: they are matched in text, the longest first. */
const WHITE_SPACE = /^[\p{White_Space}▁]+$/u;

/**
 * Loads the tokenizer of the model in the folder `dir`: its `tokenizer.json`, else that of its GGUF file (the first part of a split one).
 * @throws UserError modelMissing where there is neither; modelCorrupt, ggufInvalid or modelUnsupported
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const file = path.join(dir, TOKENIZER_FILE);
  if (existsSync(file)) {
    const { vocabulary, pipeline } = readTokenizerFile(await readJson(file), file);
    return createTokenizer(vocabulary, pipeline);
  }
  const gguf = firstGguf(await readdir(dir).catch(() => []));
  if (gguf === undefined) throw tokenizerMissing(file);
  const { vocabulary, pipeline } = readGgufTokenizer(openGguf(path.join(dir, gguf)));
  return createTokenizer(vocabulary, pipeline);
}

/**
 * Checks that the tokenizer can belong to a model whose embedding has `vocabSize` rows. More rows than tokens are common: models pad them.
 * @throws UserError modelUnsupported
 */
export function requireFittingTokenizer(tokenizer: Tokenizer, vocabSize: number, model: string): void {
  if (tokenizer.vocabSize > vocabSize) throw tokenizerOfOtherModel(model, tokenizer.vocabSize, vocabSize);
}

/**
 * A tokenizer over `vocabulary`. Every special token ends a text: a model that writes one has left the file.
 * @throws UserError modelUnsupported for a vocabulary of characters that lacks byte tokens
 */
export function createTokenizer(vocabulary: Vocabulary, pipeline: Pipeline = SMOLLM2_PIPELINE): Tokenizer {
  const { tokens, specialIds, addedIds = new Map<string, number>() } = vocabulary;
  const special = new Set(specialIds.values());
  const ofBytes = pipeline.alphabet === "bytes";
  const spell = (token: string) => (ofBytes ? (tokenBytes(token) ?? Buffer.from(token)) : charTokenBytes(token));
  const bytesOf = packed(tokens.map((token, id) => (special.has(id) ? NO_BYTES : spell(token))));
  const ids = textIds(vocabulary);
  const symbolsOf = ofBytes ? byteSymbols(ids) : charSymbols(ids);
  const merges = vocabulary.merges.filter(({ result }) => !special.has(result));
  const bpe = new Bpe(merges);
  const whole = wholePieces(vocabulary, pipeline, ids);
  const made = ofBytes ? [] : merges.map(({ result }) => tokens[result]);
  const { split, lineCut } = cutting(made, pipeline, [...addedIds.keys()]);
  const cache = new Map<string, readonly number[]>();

  const encodeAnew = (piece: string): readonly number[] => {
    const id = whole?.get(ofBytes ? standIns(piece) : piece);
    return id === undefined ? bpe.merge(symbolsOf(piece)) : [id];
  };
  const encodePiece = (piece: string): readonly number[] => {
    const cached = cache.get(piece);
    if (cached) return cached;
    const encoded = encodeAnew(piece);
    if (piece.length <= CACHED_PIECE_LENGTH) {
      if (cache.size === CACHED_PIECES) cache.clear();
      cache.set(piece, encoded);
    }
    return encoded;
  };

  return {
    vocabSize: tokens.length,
    endOfTextIds: [...special].sort((a, b) => a - b),
    lineCut,
    encode(text) {
      const out: number[] = [];
      for (const piece of split(pipeline.normalise(text))) for (const id of encodePiece(piece)) out.push(id);
      return out;
    },
    decode: (tokenIds) => Buffer.concat(tokenIds.map(bytesOf)).toString("utf8"),
    bytesOf,
    specialId: (name) => specialIds.get(name) ?? addedIds.get(name),
  };
}

const NO_BYTES = new Uint8Array(0);

/** Stores the bytes of all tokens in one block: hundreds of thousands of small arrays would take ten times the memory. */
function packed(tokens: readonly Uint8Array[]): (id: number) => Uint8Array {
  const starts = new Uint32Array(tokens.length + 1);
  tokens.forEach((bytes, id) => {
    starts[id + 1] = starts[id] + bytes.length;
  });
  const all = new Uint8Array(starts[tokens.length]);
  tokens.forEach((bytes, id) => {
    all.set(bytes, starts[id]);
  });
  return (id) => (id >= 0 && id + 1 < starts.length ? all.subarray(starts[id], starts[id + 1]) : NO_BYTES);
}

/** Pieces that become one token without merging, in the vocabulary's spelling. */
function wholePieces(
  { addedIds = new Map() }: Vocabulary,
  { alphabet, ignoreMerges }: Pipeline,
  ids: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> | undefined {
  const whole = new Map(ignoreMerges ? ids : []);
  for (const name of addedIds.keys()) whole.delete(name);
  for (const [name, id] of addedIds) {
    if (WHITE_SPACE.test(name)) whole.set(alphabet === "bytes" ? standIns(name) : withBlanks(name), id);
  }
  return whole.size > 0 ? whole : undefined;
}

/** How text is cut: by the pipeline, where a vocabulary of characters allows it, and around white-space tokens that no merge makes. */
function cutting(
  made: readonly string[],
  { alphabet, split, lineCut }: Pipeline,
  added: readonly string[],
): { split: Splitter; lineCut: LineCut } {
  const chars = alphabet === "characters" ? charSplitter(made) : undefined;
  const inner = chars?.split ?? split;
  const blanks = added.filter((name) => WHITE_SPACE.test(name)).map((name) => (chars ? withBlanks(name) : name));
  if (blanks.length === 0) return { split: inner, lineCut: chars?.cutsLines === false ? "none" : lineCut };
  blanks.sort((a, b) => b.length - a.length);
  const isBlank = new Set(blanks);
  const cutBlanks = splitByPatterns([new RegExp(blanks.join("|"), "gu")]); // white space needs no escaping
  return {
    split: (text) => cutBlanks(text).flatMap((piece) => (isBlank.has(piece) ? piece : inner(piece))),
    lineCut: chars?.cutsLines && blanks.every((blank) => /^(?:\n+|[^\n]+)$/.test(blank)) ? lineCut : "none",
  };
}

const withBlanks = (text: string): string => text.replaceAll(" ", BLANK);
