// Suggestions with their context, their outcome and what stands there in the end, for later training on this machine; written only where a person
// has switched that on. All text in the file has gone through `redactSecrets`. Each text and the file's size are bounded.

import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { lineEndOf } from "../../common/syntax/lines.ts";
import type { Ended } from "./acceptance.ts";
import { withPlainLineEnds } from "./edits.ts";
import { EXAMPLES_NAME, type KeptExample, MAX_EXAMPLES_BYTES, OLDER_EXAMPLES_NAME } from "./keptExample.ts";
import type { Outcome } from "./places.ts";

const BEFORE_UNITS = 2_000;
const AFTER_UNITS = 500;

/** Where a suggestion was shown, or typing began. */
export interface Place {
  uri: string;
  languageId: string;
  before: string;
  tail: string;
  after: string;
  atMs: number; // since 1970
}

/** @param offset of the cursor in the document's `text` */
export function placeIn(
  text: string,
  offset: number,
  { uri, languageId }: Pick<Place, "uri" | "languageId">,
  atMs: number,
): Place {
  const lineEnd = lineEndOf(text, offset);
  const before = withPlainLineEnds(text.slice(Math.max(0, offset - BEFORE_UNITS), offset));
  const after = withPlainLineEnds(text.slice(lineEnd, lineEnd + AFTER_UNITS));
  return { uri, languageId, before, tail: text.slice(offset, lineEnd), after, atMs };
}

export class Examples {
  readonly #dir: string;
  readonly #log: (line: string) => void;
  readonly #maxFileBytes: number;
  #logged = false;

  /** @param log gets one line the first time that the file cannot be written */
  constructor(dir: string, log: (line: string) => void, maxFileBytes = MAX_EXAMPLES_BYTES) {
    this.#dir = dir;
    this.#log = log;
    this.#maxFileBytes = maxFileBytes;
  }

  get file(): string {
    return path.join(this.#dir, EXAMPLES_NAME);
  }

  get #older(): string {
    return path.join(this.#dir, OLDER_EXAMPLES_NAME);
  }

  /** Adds a line. A file that has become too long replaces the older one. @param ended absent where nothing was shown */
  keep(place: Place, outcome: Outcome, ended?: Ended): void {
    const line = exampleLine(place, outcome, ended);
    if (line === undefined) return;
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      const sizeBytes = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
      if (sizeBytes + Buffer.byteLength(line) + 1 > this.#maxFileBytes) renameSync(this.file, this.#older);
      appendFileSync(this.file, `${line}\n`, { mode: 0o600 });
    } catch (error) {
      if (!this.#logged) this.#log(`Examples cannot be kept in ${this.file}: ${(error as Error).message}`);
      this.#logged = true;
    }
  }

  /** Deletes all kept examples. */
  forget(): void {
    for (const file of [this.file, this.#older]) rmSync(file, { force: true });
  }
}

/** One line of JSON without secrets; undefined for what is no file, and where a secret spans the cursor and could not be redacted. */
export function exampleLine(place: Place, outcome: Outcome, ended?: Ended): string | undefined {
  if (!place.uri.startsWith("file:")) return undefined;
  const before = safeText(place.before);
  const after = safeText(place.after);
  const between = [place.tail, ended?.suggestion.text ?? "", "final" in outcome ? outcome.final : ""];
  const [tail, text, final] = between.map(safeText);
  for (const part of between)
    if (safeText(place.before + part + place.after) !== before + safeText(part) + after) return undefined;
  const example: KeptExample = {
    version: 2,
    at: new Date(place.atMs).toISOString(),
    file: fileURLToPath(place.uri),
    languageId: place.languageId,
    before,
    tail: tail!,
    after,
    ...(ended && { shown: shownOf(ended, text!) }),
    ...("final" in outcome ? { final } : outcome),
  };
  return JSON.stringify(example);
}

const safeText = (text: string): string => redactSecrets(text).text;

function shownOf({ suggestion, ending, reason, characters, visibleMs }: Ended, text: string): KeptExample["shown"] {
  const { source, explicit, score } = suggestion;
  return { text, source, explicit, score, ending, reason, characters, visibleMs: Math.round(visibleMs) };
}
