// Packs documents into sequences of one length and writes the training data folder, which server/train/run/dataset.ts describes. Knows tokens and
// weights only.

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { type DatasetLayout, layoutFor } from "../../server/train/run/datasetLayout.ts";
import { PADDING_DOCUMENT } from "../../server/train/types.ts";

/** How many sequences stay open; a document goes into the fullest one that has room for it. */
const OPEN_SEQUENCES = 32;

/** A document: its tokens, and the weight (in 1/64) of predicting each. */
export interface PackedDocument {
  readonly tokens: readonly number[];
  readonly weights: readonly number[];
}

/** A sequence, all arrays [time]: the format of the training data folder. */
export interface PackedSequence {
  tokens: Uint32Array;
  weights: Uint8Array;
  documents: Uint8Array;
}

/** Collects documents and yields sequences when they are full. Keeps the order of its input, except for a few documents. */
export class Packer {
  readonly #sequenceTokens: number;
  #open: { documents: PackedDocument[]; used: number }[] = [];

  constructor(sequenceTokens: number) {
    this.#sequenceTokens = sequenceTokens;
  }

  /** @throws RangeError for a document that is longer than a sequence */
  add(document: PackedDocument): PackedSequence | undefined {
    const length = document.tokens.length;
    if (length > this.#sequenceTokens) {
      throw new RangeError(`a document of ${length} tokens does not fit into a sequence of ${this.#sequenceTokens}`);
    }
    const hasRoom = this.#open.filter(
      ({ used, documents }) => used + length <= this.#sequenceTokens && documents.length < PADDING_DOCUMENT,
    );
    if (hasRoom.length > 0) {
      const fullest = hasRoom.reduce((best, next) => (next.used > best.used ? next : best));
      fullest.documents.push(document);
      fullest.used += length;
      return undefined;
    }
    this.#open.push({ documents: [document], used: length });
    return this.#open.length > OPEN_SEQUENCES ? this.#closeFullest() : undefined;
  }

  /** The sequences that are still open, fullest first. */
  *finish(): Generator<PackedSequence> {
    while (this.#open.length > 0) yield this.#closeFullest();
  }

  #closeFullest(): PackedSequence {
    const fullest = this.#open.reduce((best, next) => (next.used > best.used ? next : best));
    this.#open = this.#open.filter((sequence) => sequence !== fullest);
    return joined(fullest.documents, this.#sequenceTokens);
  }
}

function joined(documents: readonly PackedDocument[], sequenceTokens: number): PackedSequence {
  const sequence = {
    tokens: new Uint32Array(sequenceTokens),
    weights: new Uint8Array(sequenceTokens),
    documents: new Uint8Array(sequenceTokens).fill(PADDING_DOCUMENT),
  };
  let at = 0;
  documents.forEach(({ tokens, weights }, index) => {
    sequence.tokens.set(tokens, at);
    sequence.weights.set(weights, at);
    sequence.weights[at] = 0; // nothing precedes the first token
    sequence.documents.fill(index, at, at + tokens.length);
    at += tokens.length;
  });
  return sequence;
}

/**
 * Writes a training data folder, sequence by sequence; `finish` writes dataset.json, without which a folder is incomplete. Ids have 16 bits where
 * the vocabulary allows it (format 1), and 32 otherwise (format 2).
 */
export class DatasetWriter {
  readonly #dir: string;
  readonly #vocabSize: number;
  readonly #layout: DatasetLayout;
  readonly #files: number[];
  #sequences = 0;

  constructor(dir: string, vocabSize: number) {
    mkdirSync(dir, { recursive: true });
    this.#dir = dir;
    this.#vocabSize = vocabSize;
    this.#layout = layoutFor(vocabSize);
    const names = [this.#layout.tokensFile, "weights.u8", "documents.u8"];
    this.#files = names.map((name) => openSync(path.join(dir, name), "w"));
  }

  write({ tokens, weights, documents }: PackedSequence): void {
    const ids = this.#layout.idBytes === 2 ? Uint16Array.from(tokens) : tokens;
    [ids, weights, documents].forEach((array, index) => {
      writeSync(this.#files[index], new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    });
    this.#sequences++;
  }

  /** @param facts the fields of dataset.json besides its format, the vocabulary and the number of sequences */
  finish(facts: object): void {
    for (const file of this.#files) closeSync(file);
    const { formatVersion } = this.#layout;
    const description = { formatVersion, sequences: this.#sequences, vocabSize: this.#vocabSize, ...facts };
    writeFileSync(path.join(this.#dir, "dataset.json"), `${JSON.stringify(description, null, 2)}\n`);
  }
}
