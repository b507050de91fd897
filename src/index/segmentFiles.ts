// The file of each chunk of a segment, and the chunk's place in it. Cached: in a written segment the places do not change, and the chunks of
// removed files are found by no search.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { DamagedBytes } from "./bytes.ts";
import { decodeChunks, type OutlineChunk } from "./outline.ts";

export interface ChunkLocation extends OutlineChunk {
  path: string;
}

interface SegmentFile {
  id: number;
  firstChunk: number;
  places?: ChunkLocation[]; // decoded at first use
}

const MAX_PLACES = 50_000;

export class SegmentFiles {
  readonly #select: StatementSync;
  readonly #selectFile: StatementSync;
  readonly #segments = new Map<number, SegmentFile[]>();
  #places = 0;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare("SELECT id, firstChunk FROM files WHERE segment = ? ORDER BY firstChunk");
    this.#selectFile = database.prepare("SELECT path, chunkList FROM files WHERE id = ?");
  }

  /**
   * @param chunk of a file that was not removed
   * @throws DamagedBytes where no file has it
   */
  place(segment: number, chunk: number): ChunkLocation {
    const file = this.#fileOf(segment, chunk);
    file.places ??= this.#read(file.id);
    const place = file.places[chunk - file.firstChunk];
    if (!place) throw new DamagedBytes("a chunk belongs to no file");
    return place;
  }

  /** The row id of the file that a chunk belongs to. */
  id(segment: number, chunk: number): number {
    return this.#fileOf(segment, chunk).id;
  }

  /** Forgets segments that no longer exist. */
  keepOnly(segments: readonly { id: number }[]): void {
    const ids = new Set(segments.map(({ id }) => id));
    for (const id of this.#segments.keys()) if (!ids.has(id)) this.#segments.delete(id);
  }

  #fileOf(segment: number, chunk: number): SegmentFile {
    let files = this.#segments.get(segment);
    if (!files) {
      files = this.#select.all(segment) as unknown as SegmentFile[];
      this.#segments.set(segment, files);
    }
    let low = 0;
    let high = files.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (files[middle].firstChunk <= chunk) low = middle;
      else high = middle;
    }
    if (!files[low]) throw new DamagedBytes("a segment belongs to no file");
    return files[low];
  }

  #read(id: number): ChunkLocation[] {
    if (this.#places > MAX_PLACES) {
      this.#segments.clear();
      this.#places = 0;
    }
    const { path, chunkList } = this.#selectFile.get(id) as { path: string; chunkList: Uint8Array };
    const places = decodeChunks(chunkList).map((chunk) => ({ ...chunk, path }));
    this.#places += places.length;
    return places;
  }
}
