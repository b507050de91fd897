// What is kept of a file besides its terms: where its chunks are and what it defines, as one JSON text in its row. Encoding only.

import type { IndexedFile, IndexedSymbol } from "./indexedFile.ts";

export interface OutlineChunk {
  startLine: number;
  endLine: number;
  hash: number;
  header: string;
}

type ChunkFields = [startLine: number, endLine: number, hash: number, header: string];
type SymbolFields = [name: string, kind: string, container: string, startLine: number, endLine: number];

export function encodeOutline({ chunks, symbols }: IndexedFile): string {
  return JSON.stringify([
    chunks.map(({ startLine, endLine, hash, header }): ChunkFields => [startLine, endLine, hash, header]),
    symbols.map((s): SymbolFields => [s.name, s.kind, s.container, s.startLine, s.endLine]),
  ]);
}

export function decodeOutline(json: string): { chunks: OutlineChunk[]; symbols: IndexedSymbol[] } {
  const [chunks, symbols] = JSON.parse(json) as [ChunkFields[], SymbolFields[]];
  return {
    chunks: chunks.map(([startLine, endLine, hash, header]) => ({ startLine, endLine, hash, header })),
    symbols: symbols.map(([name, kind, container, startLine, endLine]) => ({
      name,
      kind,
      container,
      startLine,
      endLine,
    })),
  };
}
