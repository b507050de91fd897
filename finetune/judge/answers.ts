// The models' answers to cases, in a file that grows by one line per case: a judgement that was killed resumes where it was. An answer is found
// by the hash of the weights and of the case, so it is never taken for that of another model or case.

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { parsedJson } from "../../common/util/parsedJson.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import type { Answer } from "./runHeldOutCase.ts";

/**
 * Version of the answers. Raised whenever the same weights may answer the same case differently: the prompt, the token loop, how a case is run.
 */
const ANSWERS_VERSION = 1;

const recordSchema = z.object({ key: z.string(), text: z.string(), logProb: z.number() });

export class Answers {
  readonly #file: string;
  readonly #known = new Map<string, Answer>();

  /** Reads the existing answers; a line that a kill has truncated, or that is no answer, is ignored. */
  constructor(file: string) {
    this.#file = file;
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    for (const line of text.split("\n")) {
      const record = recordSchema.safeParse(parsedJson(line));
      if (record.success) this.#known.set(record.data.key, { text: record.data.text, logProb: record.data.logProb });
    }
    if (text !== "" && !text.endsWith("\n")) appendFileSync(file, "\n");
  }

  find(weightsSha256: string, value: HeldOutCase): Answer | undefined {
    return this.#known.get(keyOf(weightsSha256, value));
  }

  /** Stores the first answer to a case. @throws the file system's error; earlier answers stay */
  add(weightsSha256: string, value: HeldOutCase, answer: Answer): void {
    const key = keyOf(weightsSha256, value);
    if (this.#known.has(key)) return;
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    appendFileSync(this.#file, `${JSON.stringify({ key, ...answer })}\n`, { mode: 0o600 });
    this.#known.set(key, answer);
  }
}

/** The key includes the processor, since processors round differently; the number of threads does not matter. */
function keyOf(weightsSha256: string, { path: file, prefix, suffix, expected }: HeldOutCase): string {
  const facts = [ANSWERS_VERSION, process.arch, weightsSha256, file, prefix, suffix, expected];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
}
