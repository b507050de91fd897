// Reads a folder of packed training sequences and checks all of it before the first is used. Never changes a file, and knows no tokenizer.
//
//   dataset.json  {formatVersion: 1 or 2, promptFormat, sequenceTokens: T, sequences: N, vocabSize, …}; promptFormat is a version of our own
//                 format, or the name of another family's
//   tokens.u16    format 1: little-endian ids, [N, T]
//   tokens.u32    format 2: the same in 32 bits
//   weights.u8    loss weight of predicting the token from those before it, in 1/64, [N, T]
//   documents.u8  index of the document within its sequence, 0, 1, 2 …; 255 is padding, at the end only, [N, T]

import { createHash } from "node:crypto";
import { closeSync, fstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { datasetInvalid } from "../../../common/errors.ts";
import { openForReading, readExactly } from "../../engine/models/exactRead.ts";
import { FORMAT_NAMES, type FormatName } from "../../engine/prompt/types.ts";
import { PADDING_DOCUMENT, type TrainingBatch } from "../types.ts";
import { DATASET_LAYOUTS } from "./datasetLayout.ts";

const WEIGHT_UNIT = 1 / 64;

const count = z
  .number()
  .int()
  .nonnegative()
  .max(1 << 30);
const schema = z.object({
  formatVersion: z.union([z.literal(1), z.literal(2)]),
  promptFormat: z.union([z.number().int().positive(), z.enum(FORMAT_NAMES)]),
  sequenceTokens: count.min(2).max(1 << 16),
  sequences: count,
  vocabSize: count,
});

/** A version of our own prompt format, or the name of another family's. */
export type PromptFormatId = number | FormatName;

export interface Dataset {
  readonly dir: string;
  readonly sha256: string; // hash of the content
  readonly sequences: number;
  readonly sequenceTokens: number;
  readonly promptFormat: PromptFormatId;
  /** The batch of a sequence, read from the file at each call. */
  batch(sequence: number): TrainingBatch;
  /** Σ weights of a sequence. */
  weightOf(sequence: number): number;
  /** Tokens of a sequence without its padding. */
  tokensOf(sequence: number): number;
  close(): void;
}

/**
 * Opens the data in `dir` for a model with `vocabSize` tokens.
 * @throws UserError datasetInvalid: missing, empty, of another size than stated, or with an invalid token, weight or document
 */
export async function openDataset(dir: string, vocabSize: number): Promise<Dataset> {
  const { sequences, sequenceTokens, promptFormat, formatVersion } = await readDescription(dir, vocabSize);
  const { tokensFile, idBytes } = DATASET_LAYOUTS[formatVersion];
  const items = sequences * sequenceTokens;
  const fileOf = { tokens: tokensFile, weights: "weights.u8", documents: "documents.u8" };
  const files = {
    tokens: openPart(path.join(dir, fileOf.tokens), idBytes * items),
    weights: openPart(path.join(dir, fileOf.weights), items),
    documents: openPart(path.join(dir, fileOf.documents), items),
  };
  const read = (sequence: number): RawSequence => {
    const part = (name: keyof typeof files, itemBytes: number) =>
      readExactly(files[name], sequence * sequenceTokens * itemBytes, sequenceTokens * itemBytes, (atByte) =>
        datasetInvalid(path.join(dir, fileOf[name]), `it ends at byte ${atByte}`),
      );
    const { buffer } = part("tokens", idBytes);
    return {
      tokens: idBytes === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer),
      weights: part("weights", 1),
      documents: part("documents", 1),
    };
  };

  const sha256 = createHash("sha256").update(`${sequences} ${sequenceTokens}\n`);
  const weights = new Float64Array(sequences);
  const tokens = new Uint32Array(sequences);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const raw = read(sequence);
    const fault = faultOf(raw, vocabSize);
    if (fault) throw datasetInvalid(path.join(dir, fileOf[fault.part]), `sequence ${sequence}: ${fault.reason}`);
    for (const part of Object.values(raw)) sha256.update(part);
    weights[sequence] = raw.weights.reduce((sum, weight) => sum + weight, 0) * WEIGHT_UNIT;
    tokens[sequence] = raw.documents.reduce((sum, document) => sum + Number(document !== PADDING_DOCUMENT), 0);
  }
  if (!weights.some((weight) => weight > 0)) throw datasetInvalid(dir, "it has nothing to learn: every weight is 0");

  return {
    dir,
    sha256: sha256.digest("hex"),
    sequences,
    sequenceTokens,
    promptFormat,
    batch(sequence) {
      const raw = read(sequence);
      return { ...raw, weights: Float32Array.from(raw.weights, (weight) => weight * WEIGHT_UNIT) };
    },
    weightOf: (sequence) => weights[sequence],
    tokensOf: (sequence) => tokens[sequence],
    close() {
      for (const fd of Object.values(files)) closeSync(fd);
    },
  };
}

interface RawSequence {
  tokens: Uint16Array | Uint32Array; // [T]
  weights: Uint8Array; // [T]
  documents: Uint8Array; // [T]
}

async function readDescription(dir: string, vocabSize: number) {
  const file = path.join(dir, "dataset.json");
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw datasetInvalid(
      file,
      code === "ENOENT" ? "it is missing" : code ? `it cannot be read (${code})` : "it is not JSON",
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw datasetInvalid(file, `"${issue.path.join(".")}": ${issue.message}`);
  }
  const { sequences, vocabSize: made } = parsed.data;
  if (sequences === 0) throw datasetInvalid(dir, "it is empty: there is no sequence in it");
  if (made !== vocabSize)
    throw datasetInvalid(file, `it was made for a vocabulary of ${made} tokens, and the model has ${vocabSize}`);
  return parsed.data;
}

function openPart(file: string, sizeBytes: number): number {
  let fd: number;
  try {
    fd = openForReading(file, (message) => datasetInvalid(file, `it cannot be opened (${message})`));
  } catch (error) {
    throw (error as { code?: string }).code === "modelMissing" ? datasetInvalid(file, "it is missing") : error;
  }
  const { size } = fstatSync(fd);
  if (size === sizeBytes) return fd;
  closeSync(fd);
  throw datasetInvalid(file, `it has ${size} bytes, and dataset.json says ${sizeBytes}`);
}

/** What is wrong with a sequence. */
function faultOf(
  { tokens, weights, documents }: RawSequence,
  vocabSize: number,
): { part: keyof RawSequence; reason: string } | undefined {
  for (const [t, id] of tokens.entries()) {
    if (id >= vocabSize) return { part: "tokens", reason: `there is no token ${id}` };
    const document = documents[t];
    const before = t === 0 ? -1 : documents[t - 1]; // after padding only padding may follow: no document has the index 256
    const isPadding = document === PADDING_DOCUMENT && t > 0;
    if (document !== before && document !== before + 1 && !isPadding)
      return { part: "documents", reason: `document ${document} cannot follow document ${before}` };
    if (weights[t] !== 0 && (document !== before || document === PADDING_DOCUMENT))
      return { part: "weights", reason: `token ${t} begins a document or is padding, and has a weight` };
  }
  return undefined;
}
