// The form of a kept example: a line of JSON. Written by `examples.ts`, read by the fine-tuning. Types and names only.

import type { CompletionSource } from "../completion/outcome.ts";
import type { Ended } from "./acceptance.ts";
import type { Unsettled } from "./places.ts";

export const EXAMPLES_NAME = "examples.jsonl";
/** What became of that file when it was too long. */
export const OLDER_EXAMPLES_NAME = "examples.older.jsonl";

/** The most bytes of each of the two files. */
export const MAX_EXAMPLES_BYTES = 8_000_000;

/** Texts are without secrets, and with "\n" line ends. */
export interface KeptExample {
  version: 2; // 1: without the file and what stands there in the end
  at: string; // ISO time at which it was shown, or typing began
  file: string; // path
  languageId: string;
  before: string; // the text before the cursor, cut
  tail: string; // the rest of the cursor's line
  after: string; // what follows that line, from its line break on, cut
  /** What was shown, and what became of it; absent where a line was typed and nothing was shown. */
  shown?: Pick<Ended, "ending" | "reason" | "characters" | "visibleMs"> & {
    text: string;
    source: CompletionSource;
    explicit: boolean;
    score?: number;
  };
  /** What stands from the cursor on after five minutes, as many lines as were shown; absent where that is not known. */
  final?: string;
  unsettled?: Unsettled; // why it is not
}
