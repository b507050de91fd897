// The lists of a term: which chunks of a segment hold it, and how often. Encoding only; knows no database and no scores.
// Two layouts without a tag, of which the smaller is used: `count` chunk numbers (16 bits) and as many frequencies (8 bits), or one
// frequency for each chunk of the segment. Both can be read at any place without decoding what stands before.

/** A chunk number has 16 bits. */
export const MAX_SEGMENT_CHUNKS = 65_536;

const MAX_FREQUENCY = 255; // BM25 is flat long before

/** Chunk numbers in ascending order with the frequencies of one term. */
export interface Posting {
  chunks: number[];
  frequencies: number[];
}

/** A list as it is stored, seen through typed arrays. */
export type PostingList =
  | { dense: true; frequencies: Uint8Array } // of each chunk of the segment; 0 where the term is not
  | { dense: false; chunks: Uint16Array; frequencies: Uint8Array };

const isDense = (count: number, segmentChunks: number) => count * 3 >= segmentChunks;

export function encodePosting({ chunks, frequencies }: Posting, segmentChunks: number): Uint8Array {
  const count = chunks.length;
  if (isDense(count, segmentChunks)) {
    const bytes = new Uint8Array(segmentChunks);
    for (let i = 0; i < count; i++) bytes[chunks[i]] = Math.min(frequencies[i], MAX_FREQUENCY);
    return bytes;
  }
  const bytes = new Uint8Array(count * 3);
  const numbers = new Uint16Array(bytes.buffer, 0, count);
  for (let i = 0; i < count; i++) {
    numbers[i] = chunks[i];
    bytes[count * 2 + i] = Math.min(frequencies[i], MAX_FREQUENCY);
  }
  return bytes;
}

/** @param count of chunks in the list, those of deleted files included */
export function decodePosting(bytes: Uint8Array, count: number, segmentChunks: number): PostingList {
  if (isDense(count, segmentChunks)) return { dense: true, frequencies: bytes };
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const chunks = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return { dense: false, chunks, frequencies: aligned.subarray(count * 2) };
}

/** How often the term stands in a chunk. */
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
