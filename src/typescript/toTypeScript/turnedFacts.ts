// What a person is told about a file that was turned: how many types it has, what was checked, what to look at. Pure.

import { counted } from "../../../common/util/counted.ts";

interface Turned {
  parameters: { all: number; typed: number; unknown: number };
  casts: number; // values that are cast to any
  callers: number; // files that were checked
}

/** A sentence each. */
export const turnedFacts = ({ parameters: { all, typed, unknown }, casts, callers }: Turned): string[] => [
  `${typed} of ${counted(all, "parameter")} ${all === 1 ? "has" : "have"} a type${unknown > 0 ? `, of which ${unknown} only "unknown"` : ""}.`,
  callers === 0
    ? "The compiler finds no new problem in it, and no other file uses it."
    : `The compiler finds no new problem in it or in ${callers === 1 ? "the file that uses" : `the ${callers} files that use`} it.`,
  ...(casts > 0 ? [`${counted(casts, "value")} cast to any: look there.`] : []),
];
