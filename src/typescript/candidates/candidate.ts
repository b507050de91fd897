// What a candidate fix is, before anybody has verified it: its changes, what kind it is, and what speaks for it. Types and names only.

import type { TextChange } from "../problems.ts";

/** In the order in which they are tried where nothing else tells. */
export const CANDIDATE_KINDS = [
  "nearMember", // of the same type, spelt nearly alike
  "nearName", // in scope, or in the text
  "nearModule", // a path of an import
  "literal", // the same value in the type that is wanted, or a literal that the type names
  "swap", // two arguments the other way round
  "memberOfType", // another member, which fits where the wrong one stands
  "value", // another variable in its place
  "argument", // a value for a parameter that got none
  "import",
  "await",
  "syntax", // a bracket or a colon
  "conversion", // String(x), Number(x), ?? default, ?.
  "compiler", // any other fix of the language's own compiler
  "editor", // a code action of the editor's
  "model",
  "declaration", // declares what is missing, or changes what is declared
] as const;
export type CandidateKind = (typeof CANDIDATE_KINDS)[number];

export interface Candidate {
  kind: CandidateKind;
  changes: TextChange[];
  why: string; // the reason, for a person, after what is changed
  /** Whether it is one of the compiler's own quick fixes. */
  byCompiler?: boolean;
  /** How many others of this kind there are for the problem. */
  rivals: number;
  /** How many of those come before it. */
  order: number;
  /** Wrong letters of a misspelt name; otherwise 0. */
  distance: number;
  /** 0 to 1: how like its name is to what is asked for (the parameter, the replaced name). */
  likeness: number;
  /** How often the file has the same text elsewhere. */
  uses: number;
}

/** A candidate whose place among its kind is not known yet. */
export type Draft = Pick<Candidate, "kind" | "changes" | "why"> & Partial<Candidate>;

/** The drafts with the number of their rivals; for each kind the best first. */
export function ranked<T extends Draft>(drafts: readonly T[]): (T & Candidate)[] {
  const seen = new Map<CandidateKind, number>();
  return drafts.map((draft) => {
    const order = seen.get(draft.kind) ?? 0;
    seen.set(draft.kind, order + 1);
    const rivals = drafts.filter(({ kind }) => kind === draft.kind).length - 1;
    return {
      ...draft,
      distance: draft.distance ?? 0,
      likeness: draft.likeness ?? 0,
      uses: draft.uses ?? 0,
      rivals,
      order,
    };
  });
}

/** Declarations are the last resort: where a near name exists, what it is near to is misspelt, and declaring it would make that permanent. */
export const isNear = ({ kind }: Pick<Candidate, "kind">): boolean =>
  kind === "nearMember" || kind === "nearName" || kind === "nearModule";
