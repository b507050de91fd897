// Chooses pieces for a budget of tokens by what each adds for what it costs, given those that are chosen already. Pure.

import { mostPiecesTokens, type PromptBudget } from "../../../server/host/protocol/promptBudget.ts";
import type { Scored } from "./score.ts";

/** How many characters of code make a token of the embedded model, and how many tokens the path and the mark of a piece cost. */
const UNITS_PER_TOKEN = 3.4;
const PIECE_TOKENS = 8;

/** The document's path and the marks around its parts. */
const FRAME_TOKENS = 32;

/** 0: cost does not matter; 1: value for each token. Between them, since a piece that is too small to be understood helps nobody. */
const COST_EXPONENT = 0.5;

/**
 * A piece that is less probable to help than this costs a cold prompt more time than it is worth: that of a piece for which next to nothing speaks
 * is 0.03. Up to here recall falls by half a point (LOG, 2026-11-25, the context engine).
 */
export const LEAST_SCORE = 0.035;

export interface Packed<Piece> {
  chosen: Piece[]; // in the order of choice
  left: { piece: Piece; reason: string }[];
}

/** Counted by the client, which has no tokenizer: the host counts exactly and drops what does not fit. */
export const estimatedTokens = (text: string): number => Math.ceil(text.length / UNITS_PER_TOKEN) + PIECE_TOKENS;

/**
 * Greedy: the piece with the greatest marginal value next, until none fits (Nemhauser, Wolsey and Fisher, "An analysis of approximations for
 * maximizing submodular set functions", 1978). The value of a piece is its score times the share of its lines that nothing chosen holds yet.
 */
export function pack<Piece extends Scored>(pieces: readonly Piece[], budgetTokens: number): Packed<Piece> {
  const held = new Map<string, Set<string>>(); // lines by path
  const chosen: Piece[] = [];
  const left: Packed<Piece>["left"] = [];
  let room = budgetTokens;
  let last = ""; // path of what was chosen last: only there something may be known that was new
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
  return known * 4 >= lines.size * 3 ? 0 : 1 - known / lines.size; // a quarter of new lines is not worth a piece
}

/** The lines that say something, without how an outline and its file end them. */
function tellingLines(text: string): Set<string> {
  const lines = text.split("\n").map((line) => line.replace(/\{(?: … \})?$/, "").trim());
  return new Set(lines.filter((line) => /[\p{L}\p{N}_]{2}/u.test(line)));
}

/** What of a prompt is the pieces' beside that much text of the document, in steps as the host counts. */
export function roomForPieces(prefixUnits: number, suffixUnits: number, budget: PromptBudget): number {
  const { tokens, prefixShare, suffixShare, stepTokens } = budget;
  const wanted = (units: number) => Math.ceil(units / UNITS_PER_TOKEN / stepTokens) * stepTokens;
  const prefix = Math.min(wanted(prefixUnits), tokens * prefixShare);
  const suffix = Math.min(wanted(suffixUnits), tokens * suffixShare);
  return Math.min(mostPiecesTokens(budget), tokens - FRAME_TOKENS - prefix - suffix);
}
