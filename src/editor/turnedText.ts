// The words around a file that was turned into TypeScript. Must not import `vscode`.

import { type ToldTurned, type TurnedDocument, turnedFacts } from "../protocol/turnIntoTypescript.ts";

/** What `sotto turn-into-typescript --json` told; undefined where that is no document of it. */
export function asTurnedDocument(stdout: string): TurnedDocument | undefined {
  try {
    const told = JSON.parse(stdout) as TurnedDocument | null;
    return typeof told?.outcome === "string" ? told : undefined;
  } catch {
    return undefined;
  }
}

/** What a person reads beside the difference. */
export const turnedInWords = (told: ToldTurned): string =>
  [`${told.file}:`, ...turnedFacts(told), "Nothing is changed before you say so."].join(" ");
