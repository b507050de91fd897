// The chunks of imported files that match the words near the cursor: they bring code that the outlines of declarations leave out or do not
// reach. Needs no index.

import { importedFeature } from "./importedFiles.ts";
import { linesPiece } from "./pieces.ts";
import { rankFileChunks } from "./rankFileChunks.ts";
import type { Retriever } from "./retriever.ts";

const CHUNKS = 24;

export const importedChunksRetriever: Retriever = {
  kind: "importChunk",
  async retrieve(place, deps) {
    const files = await deps.imported();
    const hops = new Map(files.map((file) => [file.facts.path, file.hops]));
    const ranked = rankFileChunks(
      files.map(({ facts }) => facts),
      place.terms,
    ).slice(0, CHUNKS);
    return ranked.map(({ facts, chunk, score }) =>
      linesPiece("import", facts, chunk, {
        imported: importedFeature(hops.get(facts.path)!),
        searchImported: score / ranked[0]!.score,
      }),
    );
  },
};
