// The chunks of the imported files that the words near the cursor find: what a declaration's outline leaves out, and all of a file that it
// does not reach. Needs no index.

import { rankFileChunks } from "./rankFileChunks.ts";
import type { Retriever } from "./retriever.ts";
import { queryTerms } from "./search.ts";

const CHUNKS = 24;

export const importedChunksRetriever: Retriever = {
  kind: "importChunk",
  async retrieve(place, deps) {
    const files = await deps.imported();
    const hops = new Map(files.map((file) => [file.facts.path, file.hops]));
    const ranked = rankFileChunks(
      files.map(({ facts }) => facts),
      queryTerms(place.near),
    ).slice(0, CHUNKS);
    return ranked.map(({ facts, chunk: { startLine, endLine }, score }) => ({
      kind: "import",
      path: facts.path,
      startLine,
      endLine,
      text: facts.lines(startLine, endLine),
      file: facts,
      features: { imported: hops.get(facts.path) === 0 ? 1 : 0.5, searchImported: score / ranked[0]!.score },
    }));
  },
};
