// Chooses the workspace pieces of a prompt: runs all retrievers in parallel, scores and packs their candidates, and keeps chosen pieces in place
// from one keystroke to the next. Must not fail a completion: late or unreadable pieces are dropped with a reason.
// The only way from the workspace into a prompt: no piece leaves with a secret in it.

import { REFUSALS } from "../../common/rules/refusal.ts";
import type { ContextPiece, DroppedPiece } from "../../server/host/protocol/messages.ts";
import { type PromptBudget, promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { inTime } from "./inTime.ts";
import { type Memory, memoryOf } from "./memory.ts";
import { roomForPieces } from "./rank/pack.ts";
import { type Scored, scoreOf, withSharedFeatures } from "./rank/score.ts";
import { clipboardRetriever } from "./retrievers/clipboard.ts";
import { declarationsRetriever } from "./retrievers/declarations.ts";
import { editorDefinitionsRetriever } from "./retrievers/editorDefinitions.ts";
import { editsRetriever } from "./retrievers/edits.ts";
import { importedChunksRetriever } from "./retrievers/importedChunks.ts";
import { importedFiles } from "./retrievers/importedFiles.ts";
import { membersRetriever } from "./retrievers/members.ts";
import { retrievalPlace } from "./retrievers/place.ts";
import type { Candidate, ImportedFile, RetrievalDeps, RetrievalPlace, Retriever } from "./retrievers/retriever.ts";
import { sameFileRetriever } from "./retrievers/sameFile.ts";
import { searchRetriever } from "./retrievers/search.ts";
import { siblingsRetriever } from "./retrievers/siblings.ts";
import { visitedRetriever } from "./retrievers/visited.ts";
import type { Sources } from "./sources/sources.ts";

/** How long a keystroke waits for its context, in milliseconds. */
const DEADLINE_MS = 50;

/** The shares of the deadline after which the retrievers must return their candidates, and after which imported files must be read. */
const FIND_SHARE = 0.85;
const READ_SHARE = 0.75;

export const retrievers: readonly Retriever[] = [
  declarationsRetriever,
  importedChunksRetriever,
  membersRetriever,
  sameFileRetriever,
  editorDefinitionsRetriever,
  searchRetriever,
  siblingsRetriever,
  editsRetriever,
  visitedRetriever,
  clipboardRetriever,
];

/** The secrets that were redacted in a text. */
export interface RedactedText {
  path: string;
  found: Record<string, number>; // number of secrets, by rule
}

/** Lines of a file: 0-based, the end exclusive. */
export type Lines = NonNullable<DroppedPiece["lines"]>;

/** What a retriever took, beside the others that ran at the same time, until it answered, failed or was late. */
export interface RetrieverCost {
  kind: string;
  ms: number;
  found: number; // candidates
}

export interface Gathered {
  pieces: ContextPiece[]; // in the order of the prompt
  lines: ReadonlyMap<ContextPiece, readonly Lines[]>; // of the pieces that are parts of a file
  dropped: DroppedPiece[];
  redacted: RedactedText[];
}

export interface GatherOptions {
  nowMs?: number;
  deadlineMs?: number;
  budget?: PromptBudget; // of the prompt; default: that of a model of the user's own
  piecesTokens?: number; // of all pieces together, by `estimatedTokens`; default: the room in the prompt
  retrievers?: readonly Retriever[];
  onCost?: (cost: RetrieverCost) => void; // for each retriever
}

/** @param offset the cursor, in UTF-16 units of the document's text */
export async function gather(
  document: OpenDocument,
  offset: number,
  sources: Sources,
  signal: AbortSignal,
  options: GatherOptions = {},
): Promise<Gathered> {
  const { deadlineMs = sources.patienceMs ?? DEADLINE_MS } = options;
  const nowMs = options.nowMs ?? Date.now();
  const place = retrievalPlace(document, offset, nowMs);
  const memory = memoryOf(sources, document);
  const { budget = promptBudgetOf() } = options;
  const { piecesTokens = roomForPieces(offset, place.text.length - offset, budget) } = options;
  const { selection } = memory.documentOf(document.uri);
  const dropped = new Dropped();
  const [found, current] = await Promise.all([
    candidates(place, sources, memory, dropped, signal, options),
    stillCurrent(selection.pieces, memory, AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])),
  ]);
  if (signal.aborted) return { pieces: [], lines: new Map(), dropped: dropped.pieces, redacted: [] }; // a cancelled request must not change the kept selection
  const scored = withSharedFeatures(found).map((one): Scored => ({ ...one, score: scoreOf(one.features) }));
  const isCurrent = (piece: Scored) => current.get(piece);
  const { chosen, left } = selection.choose(scored, place.line, piecesTokens, isCurrent, nowMs);
  for (const { piece, reason } of left)
    dropped.add({ kind: piece.kind, path: piece.path, lines: linesOf(piece), reason });
  return { ...withoutSecrets(chosen, memory), dropped: dropped.pieces };
}

/** For each piece, whether its file is unchanged and may still be read; pieces that could not be checked in time are missing. */
async function stillCurrent(
  pieces: readonly Scored[],
  { resolver }: Memory,
  late: AbortSignal,
): Promise<Map<Scored, boolean>> {
  const current = new Map<Scored, boolean>();
  const look = async (piece: Scored) => {
    const file = piece.file ?? piece.outlineOf;
    const text = file && (await resolver.read(piece).catch(() => undefined)); // the disk is gone
    current.set(piece, text !== undefined && text === file?.text);
  };
  await inTime(Promise.all(pieces.map(look)), late);
  return current;
}

/** The candidates of all retrievers until the deadline. */
export async function candidates(
  place: RetrievalPlace,
  sources: Sources,
  memory: Memory,
  dropped: Dropped,
  signal: AbortSignal,
  { deadlineMs = sources.patienceMs ?? DEADLINE_MS, retrievers: chosen = retrievers, onCost }: GatherOptions = {},
): Promise<Candidate[]> {
  const after = (share: number) => AbortSignal.any([signal, AbortSignal.timeout(Math.floor(deadlineMs * share))]);
  const [lateToRead, lateToFind, late] = [after(READ_SHARE), after(FIND_SHARE), after(1)];
  const drop = (piece: DroppedPiece) => dropped.add(piece);
  let imported: Promise<readonly ImportedFile[]> | undefined;
  const own = memory.documentOf(place.document.uri).ownFacts(place, lateToFind);
  const deps: RetrievalDeps = {
    sources,
    own,
    async facts(file) {
      const text = await memory.resolver.read({ path: file }, (path, refusal) =>
        drop({ kind: "file", path, reason: REFUSALS[refusal] }),
      );
      return text === undefined ? undefined : memory.files.of(file, text);
    },
    imported: () =>
      (imported ??= importedFiles(
        place,
        { resolver: memory.resolver, factsOf: (file, text) => memory.files.of(file, text), drop },
        lateToRead,
      )),
    drop,
  };
  const found = await Promise.all(
    chosen.map(async (retriever) => {
      const startMs = performance.now();
      const cost = (pieces: number) =>
        onCost?.({ kind: retriever.kind, ms: performance.now() - startMs, found: pieces });
      const drops = (reason: string) => drop({ kind: retriever.kind, path: "", reason });
      try {
        const pieces = await inTime(retriever.retrieve(place, deps, lateToFind), late);
        cost(pieces?.length ?? 0);
        if (pieces === undefined) drops(signal.aborted ? "cancelled" : "not found in time");
        return pieces ?? [];
      } catch (error) {
        cost(0);
        drops(`failed: ${(error as Error).message}`);
        return [];
      }
    }),
  );
  return found.flat();
}

function linesOf({ startLine, endLine }: Scored): Lines | undefined {
  return endLine > startLine ? { start: startLine, end: endLine } : undefined;
}

/** The pieces that were left out, each once. */
export class Dropped {
  readonly #pieces = new Map<string, DroppedPiece>();

  add(piece: DroppedPiece): void {
    const { kind, path, lines, reason } = piece;
    this.#pieces.set(`${kind}\0${path}\0${lines?.start}-${lines?.end}\0${reason}`, piece);
  }

  get pieces(): DroppedPiece[] {
    return [...this.#pieces.values()];
  }
}

/** The pieces as they go into the prompt: adjacent pieces of a file are joined, and secrets are redacted. */
function withoutSecrets(chosen: readonly Scored[], memory: Memory): Omit<Gathered, "dropped"> {
  const redacted = new Map<string, RedactedText>(); // by path
  const pieces: ContextPiece[] = [];
  const lines = new Map<ContextPiece, Lines[]>();
  for (const one of chosen) {
    const { kind, path, startLine, endLine, text, file, score } = one;
    // The whole file is redacted before its lines are taken: half a secret would not be found.
    const safe = memory.redact(file ? file.linesWithoutSecrets(startLine, endLine) : text).text;
    if (safe !== text) count(redacted, path, memory.redact(text).found);
    const last = pieces.at(-1);
    if (last?.path === path && last.kind === kind) {
      last.text += `\n${safe}`;
      last.score = Math.max(last.score, score);
    } else pieces.push({ kind, path, text: safe, score });
    const its = linesOf(one);
    const piece = pieces.at(-1)!;
    if (its) lines.set(piece, [...(lines.get(piece) ?? []), its]);
  }
  return { pieces, lines, redacted: [...redacted.values()] };
}

/** Adds the counts of secrets that were found in a text. */
function count(redacted: Map<string, RedactedText>, path: string, now: RedactedText["found"]): void {
  const { found }: RedactedText = redacted.get(path) ?? { path, found: {} };
  const rules = Object.entries(now);
  for (const [rule, times] of rules.length > 0 ? rules : [["partOfSecret", 1] as const])
    found[rule] = (found[rule] ?? 0) + times;
  redacted.set(path, { path, found });
}
