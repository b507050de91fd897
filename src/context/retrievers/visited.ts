// Places where the cursor has recently stayed.

import { linesPiece } from "./pieces.ts";
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
      if (!file) continue;
      const end = file.endOfText(startLine, endLine);
      if (end === startLine) continue;
      pieces.push(linesPiece("visited", file, { startLine, endLine: end }, { visited: weight }));
    }
    return pieces;
  },
};
