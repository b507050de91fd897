// Pieces of other files before a prompt, chosen by the product's own retrieval in the files of a workspace or package. Has no deadlines and no
// parse that is given up, unlike the product: the same place must give the same pieces.

import type { Parsers } from "../../common/syntax/parsers.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import { gather } from "../../src/context/gather.ts";
import { memoryIndex, withoutPath } from "../../src/index/memoryIndex.ts";
import type { SearchIndex } from "../../src/index/searchIndex.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import type { FileSet } from "../sourceFile.ts";
import type { WritingPlace } from "./examples.ts";

const DEADLINE_MS = 3_600_000;

/** What a whole prompt of the product's would hold; the packer takes the best of it that find room in an example. */
export async function retrievedContext(
  { path, languageId, prefix, suffix }: WritingPlace,
  source: FileSet,
  parsers: Parsers,
): Promise<ContextPiece[]> {
  const patient = withoutBudget(parsers);
  const known = knownOf(source, patient);
  const document = openDocument({ uri: `place:/${path}`, path, languageId, text: prefix + suffix }, patient);
  const workspace = workspaceOf(known.texts, path);
  const sources = { workspace, index: withoutPath(await known.index, path) };
  const { pieces } = await gather(document, prefix.length, sources, new AbortController().signal, {
    nowMs: 0,
    deadlineMs: DEADLINE_MS,
    budget: promptBudgetOf(),
  });
  document.tree?.dispose();
  return pieces;
}

interface Known {
  texts: ReadonlyMap<string, string>;
  index: Promise<SearchIndex>;
}

const knownSets = new WeakMap<FileSet, Known>();

/** The index of a set is made once, when it is first asked for. */
function knownOf(source: FileSet, parsers: Parsers): Known {
  let known = knownSets.get(source);
  if (!known) {
    const texts = new Map(source.files.map(({ path, text }) => [path, text]));
    known = { texts, index: memoryIndex(workspaceOf(texts, undefined), parsers) };
    knownSets.set(source, known);
  }
  return known;
}

/** The file itself is read from the document: in the set it still holds the middle. */
function workspaceOf(texts: ReadonlyMap<string, string>, without: string | undefined) {
  return {
    list: async () => [...texts.keys()].filter((file) => file !== without),
    read: async (file: string) => (file === without ? undefined : texts.get(file)),
  };
}

/** Parsers that take the time they need: what is found may not depend on how busy the machine is. */
function withoutBudget(parsers: Parsers): Parsers {
  return {
    ...parsers,
    for(languageId) {
      const parser = parsers.for(languageId);
      return (
        parser && {
          parse: (text, previous) => parser.parse(text, previous, Number.POSITIVE_INFINITY),
          inSlices: (text, previous) => parser.inSlices(text, previous),
          prepare: (query) => parser.prepare(query),
        }
      );
    },
  };
}
