// What makes vectors of texts. All vectors are of length 1, so that a product is a cosine.

import type { Chunk, Place } from "./places.ts";

export interface Embedder {
  name: string;
  bytesPerChunk: number; // in 8 bits a dimension
  query(text: string): Float32Array;
  chunk(chunk: Chunk): Float32Array;
  queryMs?: number; // where the vectors were made before
  chunkMs?: number;
}

export const chunkText = ({ path, text }: Chunk): string => `${path}\n${text}`;

/** The cosine of each candidate with the query. */
export function similarities(place: Place, embedder: Embedder, memory: Map<Chunk, Float32Array>): Float32Array {
  const query = embedder.query(place.query);
  return Float32Array.from(place.candidates, ({ chunk }) => {
    let vector = memory.get(chunk);
    if (!vector) {
      vector = inEightBits(embedder.chunk(chunk));
      memory.set(chunk, vector);
    }
    return dot(query, vector);
  });
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  for (let i = 0; i < vector.length; i++) vector[i] /= length;
  return vector;
}

/** As an index would keep it: one scale a vector, 8 bits a dimension. */
function inEightBits(vector: Float32Array): Float32Array {
  const scale = vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127 || 1;
  return vector.map((value) => Math.round(value / scale) * scale);
}
