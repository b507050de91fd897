// What a missing piece is: code that the types of a place ask for and that nobody has written yet. Types and words only.

import type { Problem, TextChange } from "../problems.ts";

export const PIECE_KINDS = [
  "cases", // of a switch over a union or an enum
  "members", // required ones of an object literal
  "constructor", // that sets the fields
  "fields", // for the parameters of a constructor
  "stubs", // of an interface or an abstract class
  "equality",
  "json", // a method that gives plain values, and its way back
  "guard", // for what a call is known to throw
] as const;
export type PieceKind = (typeof PIECE_KINDS)[number];

/** A piece before it is verified. */
export interface PieceDraft {
  kind: PieceKind;
  title: string; // what it adds, for a person: begins with a verb
  /** Ways to write it, the usual one first; the one that leaves the fewest problems is taken. */
  ways: readonly (readonly TextChange[])[];
  /** Whether something is missing only where the compiler says so: then a piece that mends nothing is none. */
  mends: boolean;
  /** Whether it is tried only where no other of its kind has passed. */
  isLast?: boolean;
}

/** A verified piece: the file parses with it, and neither the file nor those that import it have a new problem. */
export interface Piece {
  kind: PieceKind;
  title: string;
  changes: readonly TextChange[]; // in UTF-16 units of the text as it is; none overlap
  /** The problems that are gone with it. */
  mended: readonly Problem[];
}

/** Why a place that may lack something gets no piece of a kind. */
export type NoPiece =
  | "openType" // not a union of single values: there is no end of cases
  | "computedCase" // a case that is no constant: what it covers is not known
  | "tooMany" // more than a person would want to be given
  | "outOfScope" // a name that the file would have to import first
  | "severalTypes" // the literal may be of more than three types
  | "noValue" // a member for which no value can be made from its type
  | "notPlain" // a field that cannot be compared or written as JSON by its type
  | "baseParameters" // the constructor of the base class wants arguments
  | "notHashable" // a set could hold it no longer
  | "ownHash" // a hash that was written for another equality
  | "otherFile" // the type stands in a file that was not found, or is no enum there
  | "unknownBase" // a base class of another file, which may have the methods
  | "mendsNothing" // the compiler misses nothing there
  | "newProblem" // the file, or one that imports it, would have a new problem
  | "compilerFailed";

/** Each reason as text for a person. */
export const NO_PIECE: Readonly<Record<NoPiece, string>> = {
  openType: "the type is no union of single values, so there is no end of cases",
  computedCase: "one of the cases is no constant, so what it covers is not known",
  tooMany: "there are too many of them to be written at once",
  outOfScope: "one of the names would have to be imported first",
  severalTypes: "the literal may be of more than three types",
  noValue: "for one of the members no value follows from its type",
  notPlain: "one of the fields is of a type that cannot be copied or compared by its text",
  baseParameters: "the constructor of the base class wants arguments",
  notHashable:
    "one of the fields may have no hash, so with equality by the fields no set could hold the class's objects any longer",
  ownHash: "the class has a hash of its own, which objects that are equal by the fields may not share",
  otherFile: "what the cases name is no enum that Sotto found in the workspace",
  unknownBase: "one of the base classes stands in another file, and may bring the methods",
  mendsNothing: "the compiler misses nothing there",
  newProblem: "the file, or one that imports it, would have a new problem",
  compilerFailed: "the compiler broke off",
};

export type Drafted = PieceDraft | { kind: PieceKind; refusal: NoPiece };

export interface PiecesFound {
  pieces: Piece[]; // in the order of `PIECE_KINDS`
  refused: { kind: PieceKind; reason: NoPiece }[]; // where something seems to be missing
}
