// Whether a suggestion repeats third-party code, and how that is told. Asks the folder's index of copies, and decides by the setting alone.

import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { Completion, CompletionOutcome, RepeatedCode } from "./outcome.ts";
import type { Place } from "./place.ts";
import type { CompletionSettings } from "./settings.ts";

/** @returns undefined where the guard is off, and where nothing is repeated or known */
export async function repeatedCode(
  { text }: Completion,
  { document, line }: Place,
  pieces: readonly ContextPiece[],
  guard: CompletionSettings["licenceGuard"],
  sources: Sources | undefined,
): Promise<RepeatedCode | undefined> {
  if (guard === "off" || !sources?.copies) return undefined;
  const own = () => [document.text.getText(), ...pieces.map((piece) => piece.text)];
  const found = await sources.copies.find(text, line, own);
  return found && { path: found.path, line: found.line, source: found.source, licence: found.licence };
}

/** What follows "It ": "repeats node_modules/x/y.js, line 12 (MIT)". */
export const repeatsWords = ({ path, line, licence }: RepeatedCode): string =>
  `repeats ${path}, line ${line} (${licence === "" ? "no licence found" : licence})`;

/** What the first suggestion of an outcome repeats, or what was withheld for it. */
export const repeatedIn = (outcome: CompletionOutcome): RepeatedCode | undefined =>
  outcome.kind === "none" ? outcome.repeats : outcome.items[0]?.repeats;
