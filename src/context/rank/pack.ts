// Chooses pieces for a token budget by their marginal value and their cost, given the pieces that are chosen already. Pure.

import { mostPiecesTokens, type PromptBudget } from "../../../server/host/protocol/promptBudget.ts";
import type { Scored } from "./score.ts";

/** Characters of code per token of the embedded model, and the number of tokens for a piece's path and mark. */
const UNITS_PER_TOKEN = 3.4;
const PIECE_TOKENS = 8;

/** Tokens for the document's path and the marks around its parts. */
const FRAME_TOKENS = 32;

/** Exponent of the cost: 0 ignores it, 1 ranks by value per token. In between, since a piece that is too small to be understood is useless. */
const COST_EXPONENT = 0.5;

/**
 * The least score of a chosen piece: a less probable one costs a cold prompt more time than it is worth. A piece with hardly any evidence scores
 * 0.03. With this threshold recall falls by half a point (LOG, 2026-11-25, the context engine).
 */
export const LEAST_SCORE = 0.035;

export interface Packed<Piece> {
  chosen: Piece[]; // in the order of choice
  left: { piece: Piece; reason: string }[];
}

/** An estimate for the client, which has no tokenizer: the host counts exactly and drops what does not fit. */
export const estimatedTokens = (text: string): number => Math.ceil(text.length / UNITS_PER_TOKEN) + PIECE_TOKENS;

/**
 * Greedy: takes the piece with the greatest marginal value next, until none fits (Nemhauser, Wolsey and Fisher, "An analysis of approximations
 * for maximizing submodular set functions", 1978). A piece's value is its score times the share of its lines that no chosen piece holds yet.
 */
export function pack<Piece extends Scored>(pieces: readonly Piece[], budgetTokens: number): Packed<Piece> {
  const held = new Map<string, Set<string>>(); // lines by path
  const chosen: Piece[] = [];
  const left: Packed<Piece>["left"] = [];
  let room = budgetTokens;
  let last = ""; // path of the piece chosen last: only pieces of the same path may have lost new lines
  let open = pieces.map((piece) => {
    const lines = tellingLines(piece.text);
    return { piece, tokens: estimatedTokens(piece.text), lines, novelty: noveltyOf(lines, undefined) };
  });
  while (open.length > 0) {
    let best: (typeof open)[number] | undefined;
    let bestValue = 0;
    const next: typeof open = [];
    for (const one of open) {
      const { piece, tokens, lines } = one;
      if (piece.path === last) one.novelty = noveltyOf(lines, held.get(last));
      const reason = reasonToLeave(piece.score, tokens > room, lines.size === 0, one.novelty);
      if (reason !== undefined) {
        left.push({ piece, reason });
        continue;
      }
      next.push(one);
      const value = (piece.score * one.novelty) / tokens ** COST_EXPONENT;
      if (value > bestValue) [best, bestValue] = [one, value];
    }
    if (!best) break;
    chosen.push(best.piece);
    room -= best.tokens;
    last = best.piece.path;
    const lines = held.get(last) ?? new Set();
    for (const line of best.lines) lines.add(line);
    held.set(last, lines);
    open = next.filter((one) => one !== best);
  }
  return { chosen, left };
}

function reasonToLeave(score: number, isTooLong: boolean, isEmpty: boolean, novelty: number): string | undefined {
  if (!(score >= LEAST_SCORE)) return "unlikely to help";
  if (isTooLong) return "budget";
  if (isEmpty) return "says nothing";
  return novelty === 0 ? "said already" : undefined;
}

function noveltyOf(lines: ReadonlySet<string>, held: ReadonlySet<string> | undefined): number {
  if (lines.size === 0) return 0;
  if (!held) return 1;
  let known = 0;
  for (const line of lines) if (held.has(line)) known++;
  return known * 4 >= lines.size * 3 ? 0 : 1 - known / lines.size; // a piece with at most a quarter of new lines is not worth it
}

/** The non-trivial lines, without the different line endings of an outline and its file. */
function tellingLines(text: string): Set<string> {
  const lines = text.split("\n").map((line) => line.replace(/\{(?: … \})?$/, "").trim());
  return new Set(lines.filter((line) => /[\p{L}\p{N}_]{2}/u.test(line)));
}

/** The tokens that remain for pieces beside this much text of the document, in the host's steps. */
export function roomForPieces(prefixUnits: number, suffixUnits: number, budget: PromptBudget): number {
  const { tokens, prefixShare, suffixShare, stepTokens } = budget;
  const wanted = (units: number) => Math.ceil(units / UNITS_PER_TOKEN / stepTokens) * stepTokens;
  const prefix = Math.min(wanted(prefixUnits), tokens * prefixShare);
  const suffix = Math.min(wanted(suffixUnits), tokens * suffixShare);
  return Math.min(mostPiecesTokens(budget), tokens - FRAME_TOKENS - prefix - suffix);
}
