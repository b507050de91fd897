// The messages between extension and agent about changes of selected lines. Types and names only.

import type { Answer } from "./answer.ts";
import type { NamedEdit, Position } from "./docstring.ts";

export interface ChangeParams {
  uri: string;
  start: Position;
  end: Position;
  instruction: string;
}

/** An edit for the document's version, with what a person should know about it; or why there is none. */
export type Change = (NamedEdit & { version: number; notes: string[] }) | { reason: string };

export type ChangeAnswer = Answer<Change>;

export const ChangeMethod = {
  change: "sotto/change", // request, extension → agent: ChangeParams, ChangeAnswer
} as const;
