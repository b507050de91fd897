// The stored outline of a file: the places of its chunks, and its definitions. Encoding only. Lines are stored as differences, and values that
// many chunks or symbols share (scopes, kinds) are stored once.

import { ByteReader, ByteWriter, DamagedBytes } from "./bytes.ts";
import type { IndexedFile, IndexedSymbol } from "./indexedFile.ts";

export interface OutlineChunk {
  startLine: number;
  endLine: number;
  hash: number;
  header: string;
}

export function encodeChunks({ chunks }: Pick<IndexedFile, "chunks">): Uint8Array {
  const writer = new ByteWriter();
  const wordOf = writeWords(
    writer,
    chunks.map(({ header }) => header),
  );
  writer.number(chunks.length);
  let line = 0;
  for (const { startLine, endLine, hash, header } of chunks) {
    writer.number(startLine - line);
    writer.number(endLine - startLine);
    writer.number(hash);
    writer.number(wordOf(header));
    line = endLine;
  }
  return writer.bytes();
}

/** @throws DamagedBytes where they are not what `encodeChunks` wrote */
export function decodeChunks(bytes: Uint8Array): OutlineChunk[] {
  const reader = new ByteReader(bytes);
  const words = readWords(reader);
  let line = 0;
  return Array.from({ length: reader.count() }, () => {
    const startLine = line + reader.number();
    line = startLine + reader.number();
    const hash = reader.number();
    return { startLine, endLine: line, hash, header: wordAt(words, reader) };
  });
}

export function encodeSymbols({ symbols }: Pick<IndexedFile, "symbols">): Uint8Array {
  const writer = new ByteWriter();
  const wordOf = writeWords(
    writer,
    symbols.flatMap(({ kind, container }) => [kind, container]),
  );
  writer.number(symbols.length);
  let line = 0;
  for (const { name, kind, container, startLine, endLine } of symbols) {
    writer.text(name);
    writer.number(wordOf(kind));
    writer.number(wordOf(container));
    writer.number(startLine - line);
    writer.number(endLine - startLine);
    line = startLine;
  }
  return writer.bytes();
}

/** @throws DamagedBytes where they are not what `encodeSymbols` wrote */
export function decodeSymbols(bytes: Uint8Array): IndexedSymbol[] {
  const reader = new ByteReader(bytes);
  const words = readWords(reader);
  let line = 0;
  return Array.from({ length: reader.count() }, () => {
    const name = reader.text();
    const kind = wordAt(words, reader);
    const container = wordAt(words, reader);
    line += reader.number();
    return { name, kind, container, startLine: line, endLine: line + reader.number() };
  });
}

function writeWords(writer: ByteWriter, words: Iterable<string>): (word: string) => number {
  const numbers = new Map<string, number>();
  for (const word of words) if (!numbers.has(word)) numbers.set(word, numbers.size);
  writer.number(numbers.size);
  for (const word of numbers.keys()) writer.text(word);
  return (word) => numbers.get(word)!;
}

function readWords(reader: ByteReader): string[] {
  return Array.from({ length: reader.count() }, () => reader.text());
}

function wordAt(words: readonly string[], reader: ByteReader): string {
  const word = words[reader.number()];
  if (word === undefined) throw new DamagedBytes("there is no such word");
  return word;
}
