// Suggestions with their context and their outcome, for later training on this machine; written only where a person has switched that on.
// All text in the file has gone through `redactSecrets`. Each text and the file's size are bounded.

import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import type { Ended } from "./acceptance.ts";

export const BEFORE_UNITS = 2_000;
export const AFTER_UNITS = 500;
const MAX_FILE_BYTES = 8_000_000; // of each of the two files

/** The text around a suggestion when it was shown. */
export interface Surroundings {
  before: string;
  after: string;
}

export class Examples {
  readonly #file: string;
  readonly #log: (line: string) => void;
  readonly #maxFileBytes: number;
  #logged = false;

  /** @param log gets one line the first time that the file cannot be written */
  constructor(file: string, log: (line: string) => void, maxFileBytes = MAX_FILE_BYTES) {
    this.#file = file;
    this.#log = log;
    this.#maxFileBytes = maxFileBytes;
  }

  get #older(): string {
    return this.#file.replace(/(\.\w+)$/, ".older$1");
  }

  /** Adds a line. A file that has become too long replaces the older one. */
  keep(ended: Ended, surroundings: Surroundings, epochMs: number): void {
    const line = exampleLine(ended, surroundings, epochMs);
    if (line === undefined) return;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      const sizeBytes = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
      if (sizeBytes + line.length > this.#maxFileBytes) renameSync(this.#file, this.#older);
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
    } catch (error) {
      if (!this.#logged) this.#log(`Examples cannot be kept in ${this.#file}: ${(error as Error).message}`);
      this.#logged = true;
    }
  }

  /** Deletes all kept examples. */
  forget(): void {
    for (const file of [this.#file, this.#older]) rmSync(file, { force: true });
  }
}

/** One line of JSON without secrets; undefined where a secret spans the cursor and could not be redacted. */
export function exampleLine(
  { suggestion, ending, reason, characters, visibleMs }: Ended,
  surroundings: Surroundings,
  epochMs: number,
): string | undefined {
  const texts = [surroundings.before, suggestion.text, surroundings.after];
  const parts = texts.map(redactSecrets);
  const together = redactSecrets(texts.join(""));
  if (together.text !== parts.map(({ text }) => text).join("")) return undefined;
  const [before, text, after] = parts.map((part) => part.text);
  const { languageId, source, explicit, score } = suggestion;
  const at = new Date(epochMs).toISOString();
  const shown = { before, text, after, source, explicit, score };
  return JSON.stringify({
    version: 1,
    at,
    languageId,
    ...shown,
    ending,
    reason,
    characters,
    visibleMs: Math.round(visibleMs),
  });
}
