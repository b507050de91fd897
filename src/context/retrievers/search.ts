// Repository search: the chunks of the index that match the words near the cursor.

import { folderOf } from "../../../common/util/folders.ts";
import { chunkHash } from "../../index/hash.ts";
import type { ChunkHit } from "../../index/searchIndex.ts";

import { linesPiece } from "./pieces.ts";
import type { Candidate, RetrievalDeps, Retriever } from "./retriever.ts";

const HITS = 24;

export const searchRetriever: Retriever = {
  kind: "search",
  async retrieve(place, deps, signal) {
    const { index } = deps.sources;
    if (!index) return [];
    const hits = index.search(place.terms, HITS, (path) => path === place.path);
    const pieces: Candidate[] = [];
    for (const hit of hits) {
      if (signal.aborted) break;
      const piece = await pieceOfHit(hit, deps);
      if (!piece) continue;
      piece.features.search = hit.score / hits[0]!.score;
      if (folderOf(piece.path) === folderOf(place.path)) piece.features.sameFolder = 1;
      pieces.push(piece);
    }
    return pieces;
  },
};

/** The lines of a hit; dropped where they are no longer those that were indexed. */
async function pieceOfHit(hit: ChunkHit, deps: RetrievalDeps): Promise<Candidate | undefined> {
  const { path, startLine, endLine } = hit;
  const facts = await deps.facts(path);
  if (!facts) return undefined;
  const piece = linesPiece("search", facts, { startLine, endLine }, {});
  if (chunkHash(piece.text) !== hit.hash) {
    deps.drop({ kind: "search", path, reason: "changed since it was indexed" });
    return undefined;
  }
  return piece;
}
