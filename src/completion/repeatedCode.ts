// Whether a suggestion repeats third-party code, and how that is told. Asks the folder's index of copies, then the index of what the model was
// trained on, and decides by the setting alone.

import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { TrainingSearch } from "../index/searchIndex.ts";
import type { Completion, CompletionOutcome, RepeatedCode } from "./outcome.ts";
import type { Place } from "./place.ts";
import type { CompletionSettings } from "./settings.ts";

/** Gives the index of what the shipped models were trained on; undefined where there is none. Never rejects. */
export type TrainedOn = () => Promise<TrainingSearch | undefined>;

/** Where a suggestion may repeat code. */
export interface RepeatedFrom {
  sources?: Sources; // of the document's folder
  tier?: Tier; // of the model that wrote it; absent: a model of the person's own, or an engine elsewhere
  trainedOn?: TrainedOn;
}

/** @returns undefined where the guard is off, and where nothing is repeated or known */
export async function repeatedCode(
  { text }: Completion,
  { document, line }: Place,
  pieces: readonly ContextPiece[],
  guard: CompletionSettings["licenceGuard"],
  { sources, tier, trainedOn }: RepeatedFrom,
): Promise<RepeatedCode | undefined> {
  if (guard === "off") return undefined;
  const own = () => [{ text: document.text.getText() }, ...pieces];
  const found = await sources?.copies?.find(text, line, own);
  if (found) return { path: found.path, line: found.line, source: found.source, licence: found.licence };
  const trained = tier && (await trainedOn?.())?.find(tier, text, line, own);
  return trained && { source: trained.name, version: trained.version, licence: trained.licence };
}

/** What follows "It ": "repeats node_modules/x/y.js, line 12 (MIT)", "repeats x 1.2.0, which the model was trained on (MIT)". */
export function repeatsWords({ path, line, source, version, licence }: RepeatedCode): string {
  const place = path === undefined ? `${source} ${version}, which the model was trained on` : `${path}, line ${line}`;
  return `repeats ${place} (${licence === "" ? "no licence found" : licence})`;
}

/** What the first suggestion of an outcome repeats, or what was withheld for it. */
export const repeatedIn = (outcome: CompletionOutcome): RepeatedCode | undefined =>
  outcome.kind === "none" ? outcome.repeats : outcome.items[0]?.repeats;
