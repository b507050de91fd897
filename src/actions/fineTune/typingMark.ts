// Tells every fine-tuning job of this user that a person is typing: touches one file in the data folder. Knows no job.

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TYPING_FILE } from "../../../finetune/protocol/fineTune.ts";

const EVERY_MS = 10_000;

export class TypingMark {
  readonly #file: string;
  #touchedMs = Number.NEGATIVE_INFINITY;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, TYPING_FILE);
  }

  /** @returns whether the file was touched: at most every 10 s. A failure to write is harmless. */
  typed(nowMs: number): boolean {
    if (nowMs - this.#touchedMs < EVERY_MS) return false;
    this.#touchedMs = nowMs;
    try {
      touch(this.#file, nowMs);
    } catch {
      return false;
    }
    return true;
  }
}

function touch(file: string, nowMs: number): void {
  try {
    utimesSync(file, nowMs / 1_000, nowMs / 1_000);
  } catch {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, "", { mode: 0o600 });
  }
}
