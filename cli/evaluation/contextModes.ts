// The repository context of a case in each mode: none, its own file, what the product would gather, the gold chunk, or one retriever's choice.
// Works on the chunks of the cases in memory; retrieval never sees a chunk's role. Never runs a model.

import { badInput } from "../../common/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { mostPiecesTokens, type PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import { gather, retrievers } from "../../src/context/gather.ts";
import { estimatedTokens } from "../../src/context/rank/pack.ts";
import type { Retriever } from "../../src/context/retrievers/retriever.ts";
import { memoryIndex, withoutPath } from "../../src/index/memoryIndex.ts";
import type { SearchIndex } from "../../src/index/searchIndex.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { codeTerms } from "../../src/workspace/terms.ts";
import type { Workspace } from "../../src/workspace/workspace.ts";
import { rankByBm25 } from "./bm25.ts";
import { type CrossfileChunk, documentItem, type EvaluationCase } from "./cases.ts";

export type Pool = "case" | "repository";

/** A part of a file that retrieval may choose: a crossfile entry without its role. */
interface Chunk {
  path: string;
  text: string;
}

/** The chunks that a case may choose among. */
export interface ChunkPool {
  chunksOf(value: EvaluationCase): readonly Chunk[];
  /** The chunks including those of the case's own path. `keyOf` names that whole. */
  all(value: EvaluationCase): readonly Chunk[];
  keyOf(value: EvaluationCase): string;
}

/**
 * @param budget of the prompt that the pieces are for
 * @param piecesTokens limit on all pieces together, where it differs from the room in the prompt
 */
export type ContextChooser = (
  value: EvaluationCase,
  budget: PromptBudget,
  signal: AbortSignal,
  piecesTokens?: number,
) => Promise<ContextPiece[]>;

/** How many lines before the cursor form the query of the plain BM25. */
const QUERY_LINES = 20;

/** Lines of a chunk of the case's own file. */
const OWN_FILE_CHUNK_LINES = 20;

/** Time limit for retrieval, in milliseconds, so long that the result does not depend on how busy the machine is. */
const DEADLINE_MS = 600_000;

/**
 * The reference for our own choice: plain BM25 of the lines before the cursor over the given chunks, the best ones that fit into the same
 * budget, the best nearest to the cursor.
 */
export function bm25(value: EvaluationCase, chunks: readonly Chunk[], budget: PromptBudget): ContextPiece[] {
  const query = codeTerms(value.prefix.split("\n").slice(-QUERY_LINES).join("\n"));
  const documents = chunks.map(({ path, text }) => codeTerms(`${path}\n${text}`));
  const pieces: ContextPiece[] = [];
  let room = mostPiecesTokens(budget);
  for (const { index, score } of rankByBm25(documents, query)) {
    const tokens = estimatedTokens(chunks[index].text);
    if (tokens > room) break;
    room -= tokens;
    pieces.unshift({ kind: "bm25", ...chunks[index], score });
  }
  return pieces;
}

const alone = new Map(retrievers.map((retriever) => [retriever.kind, [retriever]]));

/** Whether a mode chooses among the pool. */
const choosesFromPool = (mode: string): boolean => mode === "own" || alone.has(mode);

/**
 * How cases get their context in `mode`.
 * @param disk the workspace of --root, visible in addition to the chunks
 * @throws UserError when there is no such mode
 */
export function contextChooser(
  mode: string,
  { pool, parsers, disk }: { pool: ChunkPool; parsers: Parsers; disk: Workspace | undefined },
): ContextChooser {
  switch (mode) {
    case "none":
      return async () => [];
    case "gold":
      return async (value) => goldChunks(value).map(({ path, text }) => ({ kind: "gold", path, text, score: 1 }));
    case "file":
      return async (value, budget) => bm25(value, ownFileChunks(value), budget);
    case "bm25":
      return async (value, budget) => bm25(value, pool.chunksOf(value), budget);
    default: {
      if (!choosesFromPool(mode)) {
        const names = ["none", "file", "own", "gold", "bm25", ...alone.keys()];
        throw badInput(`There is no context ${mode}.`, `Choose one of: ${names.join(", ")}.`);
      }
      return ownChooser({ pool, parsers, disk, chosen: alone.get(mode) });
    }
  }
}

/** What the product chooses, or one of its retrievers alone. The index of a pool is built once. */
function ownChooser(options: {
  pool: ChunkPool;
  parsers: Parsers;
  disk: Workspace | undefined;
  chosen: readonly Retriever[] | undefined;
}): ContextChooser {
  const { pool, parsers, disk, chosen } = options;
  const indexes = new Map<string, Promise<SearchIndex>>();
  return async (value, budget, signal, piecesTokens) => {
    const key = pool.keyOf(value);
    const whole = virtualWorkspace(pool.all(value), disk);
    const index = indexes.get(key) ?? memoryIndex(whole, parsers);
    indexes.set(key, index);
    const workspace = virtualWorkspace(pool.chunksOf(value), disk);
    const sources = { workspace, index: withoutPath(await index, value.path) };
    const document = openDocument(documentItem(value), parsers);
    const found = await gather(document, value.prefix.length, sources, signal, {
      deadlineMs: DEADLINE_MS,
      budget,
      piecesTokens,
      ...(chosen && { retrievers: chosen }),
    });
    return found.pieces;
  };
}

/**
 * The pool of each case. "case": its own few chunks. "repository": the chunks of all cases of the same source, without those of the case's own
 * path, so that choosing is hard.
 * @param all every case of the file, also those that are not run
 */
export function chunkPool(kind: Pool, all: readonly EvaluationCase[]): ChunkPool {
  if (kind === "case") {
    const all = ({ crossfile }: EvaluationCase) => distinct(crossfile ?? []);
    return { chunksOf: all, all, keyOf: ({ id }) => id };
  }
  const bySource = new Map<string, Chunk[]>();
  for (const [source, cases] of Map.groupBy(all, (value) => value.source))
    bySource.set(source, distinct(cases.flatMap(({ crossfile }) => crossfile ?? [])));
  return {
    chunksOf: ({ source, path }) => (bySource.get(source) ?? []).filter((chunk) => chunk.path !== path),
    all: ({ source }) => bySource.get(source) ?? [],
    keyOf: ({ source }) => source,
  };
}

function distinct(chunks: readonly CrossfileChunk[]): Chunk[] {
  const seen = new Map(chunks.map(({ path, text }) => [`${path}\0${text}`, { path, text }]));
  return [...seen.values()];
}

export const goldChunks = ({ crossfile }: EvaluationCase): CrossfileChunk[] =>
  (crossfile ?? []).filter(({ role }) => role === "gold");

/**
 * Whether a gold chunk is among the pieces: a piece at the same path that shares at least half of the lines of the shorter of the two. (An
 * outline of the chunk is shorter than it, without the bodies; a whole file is longer.)
 */
export function holdsGold(value: EvaluationCase, pieces: readonly Chunk[]): boolean {
  return goldChunks(value).some((chunk) => {
    const wanted = tellingLines([chunk]);
    const found = tellingLines(pieces.filter(({ path }) => path === chunk.path));
    const shorter = Math.min(wanted.size, found.size);
    return shorter > 0 && wanted.intersection(found).size * 2 >= shorter;
  });
}

/** Lines that contain a word, without the part at their end that an outline leaves out. */
const tellingLines = (chunks: readonly Chunk[]): Set<string> =>
  new Set(
    chunks
      .flatMap(({ text }) => text.split("\n"))
      .map((line) => line.replace(/\{(?: … \})?$/, "").trim())
      .filter((line) => /\w\w/.test(line)),
  );

/** The case's own file in chunks, without the lines that form the query (the prompt holds those anyway). */
function ownFileChunks({ path, prefix, suffix }: EvaluationCase): Chunk[] {
  const before = prefix.split("\n").slice(0, -QUERY_LINES);
  return [...inChunks(before), ...inChunks(suffix.split("\n").slice(1))].map((text) => ({ path, text }));
}

function inChunks(lines: readonly string[]): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < lines.length; start += OWN_FILE_CHUNK_LINES)
    chunks.push(lines.slice(start, start + OWN_FILE_CHUNK_LINES).join("\n"));
  return chunks.filter((text) => text.trim() !== "");
}

/** The chunks as read-only files (fragments of one path follow each other), on top of `disk` if given. */
export function virtualWorkspace(chunks: readonly Chunk[], disk: Workspace | undefined): Workspace {
  const files = new Map<string, string>();
  for (const { path, text } of chunks) {
    const before = files.get(path);
    files.set(path, before === undefined ? text : `${before}\n${text}`);
  }
  return {
    list: async () => [...new Set([...files.keys(), ...((await disk?.list()) ?? [])])],
    read: async (path) => files.get(path) ?? disk?.read(path),
  };
}
