// What `sotto turn-into-typescript --json` tells, which the extension reads. Types only: both sides include it.

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
