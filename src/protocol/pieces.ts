// The messages between extension and agent about missing pieces. Types and names only.

import type { Answer } from "./answer.ts";
import type { NamedEdit, Position } from "./docstring.ts";

export interface PiecesParams {
  uri: string;
  start: Position; // the lines of the cursor or selection
  end: Position;
}

export interface OfferedPiece {
  kind: string;
  title: string;
  edits: Omit<NamedEdit, "name">[];
  /** The problems that are gone with it. */
  mends: { start: Position; end: Position; code: number }[];
}

/** Verified pieces for the document's version; or why there are none. */
export type PiecesOffered = { version: number; pieces: OfferedPiece[] } | { reason: string }; // for a person to read

export type PiecesAnswer = Answer<PiecesOffered>;

export const PiecesMethod = {
  find: "sotto/pieces", // request, extension → agent: PiecesParams, PiecesAnswer
} as const;
