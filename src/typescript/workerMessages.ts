// The messages between the agent and the thread of the TypeScript compiler. Types only. Paths are absolute, with forward slashes.

import type { NoSymbolsReason, SymbolAnswer } from "../completion/symbols/symbolCheck.ts";
import type { CompilerPlaces, FoundCompiler } from "./loadCompiler.ts";
import type { Problem, TextChange } from "./problems.ts";
import type { Insertion } from "./project.ts";
import type { RewriteKind } from "./rewrites/rewrite.ts";
import type { Range } from "./unresolved.ts";

export interface WorkerStart extends CompilerPlaces {
  exclude: readonly string[];
  /** Two Int32: the id of the newest question, older ones are skipped; and the id up to which questions about rewrites are no longer wanted. */
  newest: SharedArrayBuffer;
}

export type ToWorker =
  | { kind: "text"; file: string; text: string | undefined } // of an open document; undefined: closed
  | { kind: "build"; file: string }
  | { kind: "ask"; id: number; file: string; insertion: Insertion }
  | { kind: "check"; id: number; file: string; question: CheckQuestion }
  | { kind: "rewrite"; id: number; file: string; question: EditQuestion; budgetMs: number }
  | { kind: "changed"; files: readonly string[] }; // on the disk

export type FromWorker =
  | { kind: "built"; file: string; problem: NoSymbolsReason | undefined }
  | { kind: "answer"; id: number; answer: SymbolAnswer }
  | { kind: "checked"; id: number; answer: CheckAnswer }
  | { kind: "loaded"; version: string; of: FoundCompiler["of"] }
  | { kind: "said"; message: string };

/** Of a shared array: where the ids stand. */
export const NEWEST_ASKED = 0;
export const UNWANTED_UP_TO = 1;

/** Questions about an open file as it is now; none is skipped for a newer one. */
export type CheckQuestion =
  | { what: "problems" }
  | { what: "problemsWith"; changes: readonly TextChange[] }
  | { what: "ownFixes"; problem: Problem }
  | { what: "pieces"; range: Range }
  | { what: "faultOf"; changes: readonly TextChange[]; problem?: Problem; before: readonly Problem[] };

/** Questions about an edit of an open file, which give way to a completion. */
export type EditQuestion =
  | { of: RewriteKind | "broken"; before: string } // the file's text before the edit
  | { of: "verdict"; changes: readonly TextChange[] }; // whether the changes add a problem

export type CheckAnswer = { value: unknown } | { reason: NoSymbolsReason };
