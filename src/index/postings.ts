// Posting lists: the chunks of a segment that hold a term, with the term's frequency in each. Encoding only; knows no database and no scores.
// Stored as the differences between chunk numbers, each with its frequency where that is not 1; searched as typed arrays in two layouts.

import { ByteReader, ByteWriter, DamagedBytes } from "./bytes.ts";

/** A chunk number has 16 bits. */
export const MAX_SEGMENT_CHUNKS = 65_536;

const MAX_FREQUENCY = 255; // BM25 has levelled off long before

/** Chunk numbers in ascending order with the frequencies of one term. */
export interface Posting {
  chunks: number[];
  frequencies: number[];
}

/** A list decoded for search: both layouts allow random access. */
export type PostingList =
  | { dense: true; frequencies: Uint8Array } // one for each chunk of the segment; 0 where the term is absent
  | { dense: false; chunks: Uint16Array; frequencies: Uint8Array };

const isDense = (count: number, segmentChunks: number) => count * 3 >= segmentChunks;

export function encodePosting({ chunks, frequencies }: Posting): Uint8Array {
  const writer = new ByteWriter();
  let next = 0;
  for (let i = 0; i < chunks.length; i++) {
    const several = frequencies[i] > 1;
    writer.number(((chunks[i] - next) << 1) | (several ? 1 : 0));
    if (several) writer.byte(Math.min(frequencies[i], MAX_FREQUENCY));
    next = chunks[i] + 1;
  }
  return writer.bytes();
}

/**
 * @param count number of chunks in the list, including those of removed files
 * @throws DamagedBytes where they are not what `encodePosting` wrote for a segment of this size
 */
export function decodePosting(bytes: Uint8Array, count: number, segmentChunks: number): PostingList {
  if (count > segmentChunks || segmentChunks > MAX_SEGMENT_CHUNKS) throw new DamagedBytes("there are too many chunks");
  const reader = new ByteReader(bytes);
  const dense = isDense(count, segmentChunks);
  const chunks = new Uint16Array(dense ? 0 : count);
  const frequencies = new Uint8Array(dense ? segmentChunks : count);
  let next = 0;
  for (let i = 0; i < count; i++) {
    const distance = reader.number();
    const chunk = next + (distance >>> 1);
    const frequency = distance & 1 ? reader.byte() : 1;
    if (chunk >= segmentChunks) throw new DamagedBytes("a chunk is none of the segment's");
    if (!dense) chunks[i] = chunk;
    frequencies[dense ? chunk : i] = frequency;
    next = chunk + 1;
  }
  return dense ? { dense, frequencies } : { dense, chunks, frequencies };
}

/** The term's frequency in a chunk. */
export function frequencyAt(list: PostingList, chunk: number): number {
  if (list.dense) return list.frequencies[chunk];
  const { chunks } = list;
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunks[middle] < chunk) low = middle + 1;
    else high = middle;
  }
  return chunks[low] === chunk ? list.frequencies[low] : 0;
}

export function* postingsOf(list: PostingList): Generator<[chunk: number, frequency: number]> {
  for (let i = 0; i < list.frequencies.length; i++) {
    const frequency = list.frequencies[i];
    if (frequency > 0) yield [list.dense ? i : list.chunks[i], frequency];
  }
}
