// What `sotto turn-into-typescript --json` tells, which the extension reads, and how both say it to a person.

import { counted } from "../../common/util/counted.ts";

export interface ToldTurned {
  outcome: "offered" | "written";
  file: string; // its new name, within the workspace
  text: string;
  diff: string;
  parameters: { all: number; typed: number; unknown: number }; // unknown: typed ones whose type says nothing but that
  casts: number; // values that are cast to any
  callers: number; // files that were checked
  ms: number;
}

export interface ToldNotTurned {
  outcome: "none";
  reason: string;
  detail?: string;
  ms: number;
}

export type TurnedDocument = ToldTurned | ToldNotTurned;

/** What a person is told about a turned file: how many types it has, what was checked, what to look at; a sentence each. */
export const turnedFacts = ({
  parameters: { all, typed, unknown },
  casts,
  callers,
}: Pick<ToldTurned, "parameters" | "casts" | "callers">): string[] => [
  `${typed} of ${counted(all, "parameter")} ${all === 1 ? "has" : "have"} a type${unknown > 0 ? `, of which ${unknown} only "unknown"` : ""}.`,
  callers === 0
    ? "The compiler finds no new problem in it, and no other file uses it."
    : `The compiler finds no new problem in it or in ${callers === 1 ? "the file that uses" : `the ${callers} files that use`} it.`,
  ...(casts > 0 ? [`${counted(casts, "value")} cast to any: look there.`] : []),
];
