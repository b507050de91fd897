// Folders that are written for other programs: never into one that is not empty, and complete or not at all.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import type { AdapterFacts } from "../../src/adapters/storedAdapter.ts";

/** What a person should know before giving away what holds an adapter, as sentences. */
export function shareWarnings(facts: AdapterFacts | undefined): string[] {
  const count = facts?.keptExamples;
  if (count === undefined) return [];
  return [
    `It has also learnt from ${count} kept examples of a person's work (sotto.keepExamples): share it only if that person agrees.`,
  ];
}

/** @throws UserError where `dir` is anything else than an empty folder */
export function requireEmpty(dir: string): void {
  try {
    if (!existsSync(dir) || readdirSync(dir).length === 0) return;
  } catch (error) {
    throw badInput(`${dir} cannot be exported to: ${(error as Error).message}.`, "Choose another folder.");
  }
  throw badInput(`The folder ${dir} is not empty.`, "Choose an empty or a new folder.");
}

/**
 * Writes the folder under another name, and renames it: it appears complete or not at all.
 * @param fill makes the folder `draft`
 */
export async function publish(dir: string, fill: (draft: string) => void | Promise<void>): Promise<void> {
  let beside: string | undefined;
  try {
    mkdirSync(path.dirname(dir), { recursive: true });
    beside = mkdtempSync(`${dir}.sotto-`);
    const draft = path.join(beside, path.basename(dir));
    await fill(draft);
    if (existsSync(dir)) rmdirSync(dir); // fails if it is not empty
    renameSync(draft, dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw badInput(
      `${dir} cannot be written: ${(error as Error).message}.`,
      "Choose another folder, or make room there.",
    );
  } finally {
    if (beside !== undefined) rmSync(beside, { recursive: true, force: true });
  }
}
