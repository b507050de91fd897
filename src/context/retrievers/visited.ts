// Places where somebody has stayed with the cursor lately.

import type { Candidate, Retriever } from "./retriever.ts";

const MAX_PLACES = 6;

export const visitedRetriever: Retriever = {
  kind: "visited",
  async retrieve({ nowMs, path, visible }, deps, signal) {
    const pieces: Candidate[] = [];
    for (const place of deps.sources.visited?.recent(MAX_PLACES, nowMs) ?? []) {
      if (signal.aborted) break;
      const { startLine, endLine, weight } = place;
      if (place.path === path && startLine < visible.endLine && endLine > visible.startLine) continue;
      const file = await deps.facts(place.path);
      const text = file?.lines(startLine, endLine).trimEnd();
      if (file && text) {
        const features = { visited: weight };
        pieces.push({ kind: "visited", path: place.path, startLine, endLine, text, file, features });
      }
    }
    return pieces;
  },
};
