// Makes the queries ready when a document is opened, so that the first keystroke does not wait for them. Knows nothing of documents.

import { setImmediate } from "node:timers/promises";
import type { Parsers } from "./parsers.ts";

/** One at a time between other work. Never throws: what cannot be prepared is told where it is asked for. */
export async function prepareQueries(parsers: Parsers, languageId: string): Promise<void> {
  for (const query of ["regions", "definitions", "imports", "outline", "references"] as const) {
    await setImmediate();
    try {
      parsers.for(languageId)?.prepare(query);
    } catch {
      return;
    }
  }
}
