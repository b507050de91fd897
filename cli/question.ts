// Asks the user at the terminal. Knows no particular question.

import { createInterface } from "node:readline/promises";

/** Whether a user is there to be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** True for "y" or "yes"; anything else, and an interruption, means no. */
export async function isWanted(question: string, signal: AbortSignal): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `, { signal })).trim());
  } catch {
    return false; // interrupted
  } finally {
    asking.close();
  }
}
