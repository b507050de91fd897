// The editor's prompt inspector: the prompt that a completion at a place would send to the model, as readable text and as it was read, or why nothing
// would be sent.
// Must not decide anything by itself: limits, rules and pieces are those of a completion.

import { REFUSALS } from "../../common/rules/refusal.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import { type InspectedModel, type Inspection, inspectContext, readableInspection } from "../context/inspection.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { refusalToComplete } from "../workspace/workspace.ts";
import { placeOf } from "./place.ts";

export interface ContextTextDeps {
  sources: Sources | undefined; // as for a completion
  model: Pick<CompletionModel, "inspect">;
  tier: Tier | undefined; // of the model that answers explicit requests; undefined: a model of the user's own
  goesTo?: string; // where the prompt goes, in words, where an engine elsewhere was chosen
}

export interface InspectedContext {
  text: string; // for a person to read
  inspection?: Inspection; // absent where nothing would be sent
}

/**
 * @param offset the cursor, in UTF-16 units of the document's text
 * @throws UserError when the model cannot be asked
 */
export async function contextText(
  document: OpenDocument,
  offset: number,
  { sources, model, tier, goesTo }: ContextTextDeps,
  signal: AbortSignal,
): Promise<InspectedContext> {
  const place = placeOf({ document, offset });
  if (typeof place === "string") return { text: nothingSent(document.path, place) };
  const ignored = await refusalToComplete(document.path, sources?.workspace);
  if (ignored !== undefined) return { text: nothingSent(document.path, REFUSALS[ignored]) };
  const { prefix, suffix } = place;
  const asked: InspectedModel = {
    promptBudget: promptBudgetOf(tier),
    inspect: (prompt) => model.inspect({ ...prompt, asked: true }),
  };
  const inspection = await inspectContext({ document, offset, prefix, suffix }, sources, asked, signal);
  const text = [...(goesTo === undefined ? [] : [goesTo]), readableInspection(inspection)].join("\n");
  return { text, inspection };
}

export function nothingSent(path: string, reason: string): string {
  return `Nothing would be sent for ${path}: ${reason}.`;
}
