// What the fuzzer needs to know of a parser: where its code is, how an input is given to it, and which errors are its own. Types, and the one
// test for such an error.

import { UserError } from "../../common/errors.ts";

/** What a parser made of an input: it took it, or refused it with an error of its own. Anything else is thrown, and a fault. */
export type Verdict = "accepted" | "refused";

export interface Target {
  /** The files whose coverage leads the search, relative to the repository. */
  readonly sources: readonly string[];
  /** Texts of the format, which no random bytes would come to. */
  readonly dictionary: readonly string[];
  readonly maxBytes: number; // of an input
  /** Loads the parser. @param scratch an empty folder for the files of one input after the other */
  open(scratch: string): Promise<(input: Buffer) => Verdict | Promise<Verdict>>;
}

/** Runs `parse`; a person's error counts as refused. @throws every other error, and what is asserted in `parse` */
export async function verdictOf(parse: () => unknown): Promise<Verdict> {
  try {
    await parse();
    return "accepted";
  } catch (error) {
    if (error instanceof UserError) return "refused";
    throw error;
  }
}

/** An input in parts: how many there are is the format's, and what is missing is empty. The last one may hold anything. */
export function partsOf(input: Buffer, count: number): Buffer[] {
  const parts: Buffer[] = [];
  let rest = input;
  while (parts.length < count - 1) {
    const end = rest.indexOf(0);
    parts.push(end < 0 ? rest : rest.subarray(0, end));
    rest = end < 0 ? Buffer.alloc(0) : rest.subarray(end + 1);
  }
  return [...parts, rest];
}

/** The input of these parts. */
export const joined = (parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.flatMap((part, i) => [Buffer.alloc(i === 0 ? 0 : 1), Buffer.from(part as string)]));
