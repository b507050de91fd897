// The words around a file that was turned into TypeScript. Must not import `vscode`.

import { counted } from "../../common/util/counted.ts";
import type { ToldTurned, TurnedDocument } from "../protocol/turnIntoTypescript.ts";

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
export const turnedInWords = ({ file, parameters: { all, typed }, casts, callers }: ToldTurned): string =>
  [
    `${file}: ${typed} of ${counted(all, "parameter")} have a type.`,
    `The compiler finds no new problem in it or in ${counted(callers, "file")} that use it.`,
    ...(casts > 0 ? [`${counted(casts, "value")} cast to any: look there.`] : []),
    "Nothing is changed before you say so.",
  ].join(" ");
