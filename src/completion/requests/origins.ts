// What the last suggestions of a window came from, and what was withheld, so that a person can ask why. A few of them, in memory only.

import type { OpenDocument } from "../../workspace/documents.ts";
import { placeOf } from "../place.ts";
import type { SuggestionOrigin } from "../result.ts";

const MOST_KEPT = 16;

/** How much of the text after the cursor must be the same, in UTF-16 units. */
const AFTER_UNITS = 200;

export class Origins {
  #kept: SuggestionOrigin[] = []; // the newest first

  keep(origin: SuggestionOrigin): void {
    this.#kept = [origin, ...this.#kept].slice(0, MOST_KEPT);
  }

  /** The origin of what is shown or withheld at a place, of a suggestion that has been typed in part too; undefined where none is kept. */
  at(document: OpenDocument, offset: number): SuggestionOrigin | undefined {
    const now = placeOf({ document, offset });
    if (typeof now === "string") return undefined;
    return this.#kept.find(({ place, outcome }) => {
      if (place.document.uri !== document.uri || !now.prefix.startsWith(place.prefix)) return false;
      const typed = now.prefix.slice(place.prefix.length);
      if (typed === "") return now.suffix.slice(0, AFTER_UNITS) === place.suffix.slice(0, AFTER_UNITS);
      return outcome.kind === "shown" && outcome.items[0]!.text.replace(/\r\n?/g, "\n").startsWith(typed);
    });
  }

  closed(uri: string): void {
    this.#kept = this.#kept.filter(({ place }) => place.document.uri !== uri);
  }

  clear(): void {
    this.#kept = [];
  }
}
