// What is known of a candidate fix, as the numbers that its confidence is made of. Pure.

import { CANDIDATE_KINDS, type Candidate, type CandidateKind } from "../../typescript/candidates/candidate.ts";

/** What is known of a candidate. */
export interface FixFacts extends Pick<Candidate, "kind" | "rivals" | "order" | "distance" | "likeness" | "uses"> {
  changedUnits: number; // UTF-16 units that are removed and inserted
  isThere: boolean; // whether it changes what the problem points to
  logProb: number; // mean per token; 0 where no model wrote it
}

/** Kinds that mutated code does not show, and the fitted kind that each is taken for. */
const ALIKE: Partial<Record<CandidateKind, CandidateKind>> = {
  nearModule: "nearMember",
  syntax: "nearMember",
  editor: "compiler",
  model: "compiler",
};
const FITTED_KINDS = CANDIDATE_KINDS.filter((kind) => ALIKE[kind] === undefined);

export const FIX_FEATURES = [
  ...FITTED_KINDS.map((kind) => `is:${kind}` as const),
  "there",
  "alone",
  "rivals",
  "order",
  "distance",
  "likeness",
  "uses",
  "changedUnits",
] as const;
type FixFeature = (typeof FIX_FEATURES)[number];

export interface FixFit {
  bias: number;
  weights: Partial<Record<FixFeature, number>>;
  /** The least confidence of a fix that is made with the others of a file. */
  sure: number;
}

/** In the order of `FIX_FEATURES`. */
export function featuresOf(facts: FixFacts): number[] {
  const { kind, rivals, order, distance, likeness, uses, changedUnits } = facts;
  const counted = (count: number) => Math.log1p(Math.min(count, MOST_COUNTED));
  return [
    ...FITTED_KINDS.map((one) => Number(one === (ALIKE[kind] ?? kind))),
    Number(facts.isThere),
    Number(rivals === 0),
    ...[counted(rivals), counted(order), distance, likeness, counted(uses), counted(changedUnits)],
  ];
}

const MOST_COUNTED = 50;
