// Files of the same kind in the same folder, and the test of a file or the file of a test, as examples of similar code. Proposes their chunks
// that match the words near the cursor; where none matches, the beginning of the nearest file.

import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { folderOf } from "../../../common/util/folders.ts";
import type { SearchIndex } from "../../index/searchIndex.ts";
import { joined } from "../../modules/lookup.ts";
import type { LineSpan } from "../../workspace/chunks.ts";
import type { FileFacts } from "../../workspace/fileFacts.ts";
import { filesIn } from "../../workspace/workspace.ts";
import { linesPiece } from "./pieces.ts";
import { rankFileChunks } from "./rankFileChunks.ts";
import type { Candidate, RetrievalDeps, RetrievalPlace, Retriever } from "./retriever.ts";

const MAX_SIBLINGS = 6;
const CHUNKS = 6;
const MAX_HEAD_LINES = 30;

/** Folders, relative to the file's own, in which its tests may be; the file's own first. */
const TEST_FOLDERS = ["", "test", "tests", "__tests__"];

const TEST_NAME = /(?:[._-](?:test|spec)$)|(?:^test_)|(?:_test$)/;

export const siblingsRetriever: Retriever = {
  kind: "sibling",
  async retrieve(place, deps, signal) {
    const files: FileFacts[] = [];
    for (const sibling of await siblingPaths(place, deps)) {
      if (signal.aborted) break;
      const facts = await deps.facts(sibling);
      if (!facts) continue;
      if (!facts.isReady) await nextTurn();
      files.push(facts.prepare());
    }
    const ranked = rankFileChunks(files, place.terms).slice(0, CHUNKS);
    const best = ranked[0]?.score ?? 1;
    const pieces = ranked.map(({ facts, chunk, score }) => pieceOf(facts, chunk, score / best));
    if (pieces.length === 0 && files[0]) {
      const endLine = files[0].endOfText(0, MAX_HEAD_LINES);
      if (endLine > 0) pieces.push(pieceOf(files[0], { startLine: 0, endLine }, 0.1));
    }
    return pieces;
  },
};

const pieceOf = (facts: FileFacts, lines: LineSpan, sibling: number): Candidate =>
  linesPiece("sibling", facts, lines, { sibling, sameFolder: 1 });

/** The nearest by name first: the test or the tested file, then those whose names share the most words. */
async function siblingPaths({ path: own }: RetrievalPlace, { sources }: RetrievalDeps): Promise<string[]> {
  const { dir, name, ext } = path.posix.parse(own);
  const bare = name.replace(TEST_NAME, "");
  const tested = TEST_NAME.test(name) || TEST_FOLDERS.includes(path.posix.basename(dir));
  const below = TEST_FOLDERS.map((folder) => joined(dir, folder));
  const folders = new Set([...below, ...(tested ? [folderOf(dir)] : [])]);
  const found: { path: string; likeness: number }[] = [];
  for (const folder of folders) {
    for (const one of await filesIn(sources.workspace, folder)) {
      if (one === own || !one.endsWith(ext)) continue;
      const other = path.posix.basename(one, ext);
      const isPartner = other.replace(TEST_NAME, "") === bare;
      if (isPartner || folderOf(one) === dir)
        found.push({ path: one, likeness: isPartner ? 2 : sharedWords(bare, other.replace(TEST_NAME, "")) });
    }
  }
  for (const partner of partnersElsewhere(bare, ext, sources.index)) {
    if (partner !== own && !found.some((one) => one.path === partner)) found.push({ path: partner, likeness: 1.5 });
  }
  return found
    .sort((a, b) => b.likeness - a.likeness || (a.path < b.path ? -1 : 1))
    .slice(0, MAX_SIBLINGS)
    .map((one) => one.path);
}

/** Tests in a separate tree (`src/a.ts`, `test/unit/a.test.ts`), found by name where at most two files have that name. */
function partnersElsewhere(bare: string, ext: string, index: SearchIndex | undefined): string[] {
  if (!index) return [];
  const names = [bare, `${bare}.test`, `${bare}.spec`, `${bare}_test`, `test_${bare}`];
  return names.flatMap((name) => {
    const paths = index.pathsEndingIn(name + ext, 3);
    return paths.length <= 2 ? paths : [];
  });
}

/** The share of words that two file names have in common: "mysqlDialect" and "postgresDialect" have one of three. */
function sharedWords(a: string, b: string): number {
  const [own, other] = [wordsOf(a), wordsOf(b)];
  const shared = [...own].filter((word) => other.has(word)).length;
  return shared / Math.max(1, own.size + other.size - shared);
}

const wordsOf = (name: string) =>
  new Set(name.split(/[-_.\s]|(?<=\p{Ll})(?=\p{Lu})/u).map((word) => word.toLowerCase()));
