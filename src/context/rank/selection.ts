// The pieces of a document's prompts, kept from one keystroke to the next: a piece keeps its place while it stays chosen, new pieces come at the
// end, and nothing changes for a small gain. A prompt that changes at its beginning costs the whole KV cache.

import { estimatedTokens, LEAST_SCORE, type Packed, pack } from "./pack.ts";
import type { Scored } from "./score.ts";

/** Factor on the score of a piece that is in the prompt already: a new piece would have to be read by the model. */
const KEPT_BONUS = 1.5;

/** The relative gain in value that is needed to change the selection: within a line, and on a new line. */
const MARGIN_IN_LINE = 0.5;
const MARGIN_ON_NEW_LINE = 0.1;

/** A cursor that is this many lines away is at another place, where pieces get no bonus for being kept. */
const JUMP_LINES = 40;

/** How long a piece counts as current without another check, in milliseconds: a busy machine cannot check at each key. */
const TRUSTED_MS = 1_000;

export class Selection {
  #pieces: readonly Scored[] = [];
  #line: number | undefined;
  #seenMs = new Map<string, number>(); // by piece: time of the last check that found it current

  /** The pieces chosen last. */
  get pieces(): readonly Scored[] {
    return this.#pieces;
  }

  /**
   * @param isCurrent whether a piece that no retriever has found again may stay: its text must still be in its file; undefined where there
   *   was no time to check
   * @returns the chosen pieces, in the order of the prompt
   */
  choose(
    found: readonly Scored[],
    line: number,
    budgetTokens: number,
    isCurrent: (piece: Scored) => boolean | undefined,
    nowMs: number,
  ): Packed<Scored> {
    const jumped = this.#line === undefined || Math.abs(line - this.#line) > JUMP_LINES;
    const inLine = line === this.#line;
    const margin = inLine ? MARGIN_IN_LINE : MARGIN_ON_NEW_LINE;
    const seenMs = new Map(this.#pieces.map((piece) => [keyOf(piece), isCurrent(piece) ? nowMs : this.#seen(piece)]));
    for (const piece of found) seenMs.set(keyOf(piece), nowMs);
    const mayStay = (piece: Scored) => isCurrent(piece) ?? nowMs - seenMs.get(keyOf(piece))! <= TRUSTED_MS;
    const before = jumped ? [] : this.#kept(found, mayStay, inLine);
    const gone = jumped ? [] : this.#pieces;
    const places = new Map(before.map((piece, place) => [keyOf(piece), place]));
    const all = byKey([...before, ...found]);
    const favoured = new Map([...all].map(([key, piece]) => [places.has(key) ? favour(piece) : piece, piece]));
    const packed = pack([...favoured.keys()], budgetTokens);
    const stays =
      before.length > 0 &&
      tokensOf(before) <= budgetTokens &&
      totalScore(packed.chosen) < totalScore(before.map(favour)) * (1 + margin);
    const asFound = packed.chosen.map((piece) => favoured.get(piece)!); // without the bonus, which lasts for one choice
    const chosen = stays ? before : ordered(asFound, places);
    this.#pieces = chosen;
    this.#line = line;
    this.#seenMs = seenMs;
    const isChosen = new Set(chosen.map(keyOf));
    const left = packed.left.filter(({ piece }) => !isChosen.has(keyOf(piece)));
    for (const piece of stays ? packed.chosen : []) {
      if (!isChosen.has(keyOf(piece))) left.push({ piece, reason: "not worth a changed prompt yet" });
    }
    for (const piece of gone) if (!all.has(keyOf(piece))) left.push({ piece, reason: "no longer found" });
    return { chosen: [...chosen], left };
  }

  #seen(piece: Scored): number {
    return this.#seenMs.get(keyOf(piece)) ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * The earlier pieces that are still current, with today's scores. A piece that no retriever finds any more loses score with each line and goes
   * once it is unlikely to help; otherwise it would stay for ever. Within a line it stays: one late retriever must not cost the KV cache.
   */
  #kept(found: readonly Scored[], mayStay: (piece: Scored) => boolean, inLine: boolean): Scored[] {
    const now = byKey(found);
    const kept = this.#pieces.flatMap((piece) => {
      const again = now.get(keyOf(piece));
      if (again) return [{ ...again, kind: piece.kind }]; // whichever retriever has found it now
      if (!mayStay(piece)) return [];
      return inLine ? [piece] : [{ ...piece, score: piece.score * FORGOTTEN }];
    });
    if (inLine) return kept;
    return kept.filter((piece) => favour(piece).score >= LEAST_SCORE);
  }
}

/** Factor on the score of a piece that was not found again, on each new line. */
const FORGOTTEN = 0.9;

const keyOf = ({ path, text }: Scored): string => `${path}\0${text}`;

/** The pieces by key; among equal ones the first. */
function byKey(pieces: readonly Scored[]): Map<string, Scored> {
  const first = new Map<string, Scored>();
  for (const piece of pieces) if (!first.has(keyOf(piece))) first.set(keyOf(piece), piece);
  return first;
}

const favour = (piece: Scored): Scored => ({ ...piece, score: piece.score * KEPT_BONUS });

/** Pieces that were there keep their order. New ones follow by file; the file with the best piece comes last, nearest to the cursor. */
function ordered(chosen: readonly Scored[], places: ReadonlyMap<string, number>): Scored[] {
  const placeOf = (piece: Scored) => places.get(keyOf(piece)) ?? Number.POSITIVE_INFINITY;
  const kept = chosen.filter((piece) => places.has(keyOf(piece))).sort((a, b) => placeOf(a) - placeOf(b));
  const newcomers = chosen.filter((piece) => !places.has(keyOf(piece)));
  const best = new Map<string, number>(); // by path
  for (const { path, score } of newcomers) best.set(path, Math.max(score, best.get(path) ?? 0));
  newcomers.sort(
    (a, b) =>
      best.get(a.path)! - best.get(b.path)! ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) ||
      (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) ||
      a.startLine - b.startLine,
  );
  return [...kept, ...newcomers];
}

/** The approximate value of all pieces: overlaps are ignored. */
const totalScore = (pieces: readonly Scored[]): number => pieces.reduce((sum, { score }) => sum + score, 0);

const tokensOf = (pieces: readonly Scored[]): number =>
  pieces.reduce((sum, { text }) => sum + estimatedTokens(text), 0);
