// Places in a folder's files where the cursor has recently stayed: neighbourhoods about the size of a definition, newest first, fading with time.
// Stores lines, not texts: the text is read through the workspace.

import type { VisitedPlace } from "./sources.ts";

/** The greatest distance of a stay from a place that it belongs to, in lines. */
const NEIGHBOURHOOD_LINES = 12;

const MAX_PLACES = 30;

/** Half-life of a stay, in milliseconds. */
const HALF_LIFE_MS = 10 * 60_000;

/** The least number of stays, after decay, of a remembered place: a single stay falls below it after some two hours. */
const MIN_STAYS = 1 / 4_096;

interface Neighbourhood {
  uri: string;
  path: string;
  line: number;
  atMs: number;
  stays: number; // number of stays with the half-life HALF_LIFE_MS, as of `atMs`
}

export class VisitHistory {
  #places: Neighbourhood[] = []; // oldest first

  /** Records that the cursor rests on a line. @param path relative to the folder */
  visited(uri: string, path: string, line: number, atMs: number): void {
    const near = this.#places.filter(
      (place) => place.uri === uri && Math.abs(place.line - line) <= NEIGHBOURHOOD_LINES,
    );
    const stays = near.reduce((sum, place) => sum + faded(place, atMs), 1);
    this.#places = this.#places.filter((place) => !near.includes(place));
    this.#places.push({ uri, path, line, atMs, stays });
    if (this.#places.length > MAX_PLACES) this.#places.shift();
  }

  /** Lines [startLine, endLine] of a document became `lineCount` lines: moves the places below. */
  edited(uri: string, startLine: number, endLine: number, lineCount: number): void {
    const added = lineCount - 1 - (endLine - startLine);
    if (added === 0) return;
    for (const place of this.#places) {
      if (place.uri !== uri || place.line <= startLine) continue;
      place.line = Math.max(startLine, place.line + added);
    }
  }

  /** Newest first. */
  recent(limit: number, nowMs: number): VisitedPlace[] {
    return this.#places
      .filter((place) => faded(place, nowMs) >= MIN_STAYS)
      .slice(-limit)
      .reverse()
      .map((place) => {
        const { path, line, atMs } = place;
        const stays = faded(place, nowMs);
        const startLine = Math.max(0, line - NEIGHBOURHOOD_LINES);
        return { path, line, startLine, endLine: line + NEIGHBOURHOOD_LINES + 1, atMs, weight: stays / (1 + stays) };
      });
  }
}

const faded = ({ stays, atMs }: Neighbourhood, nowMs: number) =>
  stays * 0.5 ** (Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
