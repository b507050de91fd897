// The agent's prompt inspector: what a completion at a place would send to the model.

import { contextText, type InspectedContext, nothingSent } from "../completion/contextText.ts";
import type { Inspection } from "../context/inspection.ts";
import { inspectionPage } from "../context/inspectionPage.ts";
import type { EngineStatus } from "../protocol/engines.ts";
import { AgentMethod, type ContextAnswer, type ContextParams } from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";
import { withSignal } from "./languageServer.ts";

export const serveContext: Feature = (connection, session) => {
  let before: Inspection | undefined; // of the place that was looked at last
  connection.onRequest(AgentMethod.context, async ({ uri, position }: ContextParams, token): Promise<ContextAnswer> => {
    const document = session.documents.get(uri);
    if (!document) return { text: nothingSent(uri, "its language is not completed") };
    const offset = document.text.offsetAt(position);
    const deps = {
      sources: session.sourcesOf(uri),
      model: session.modelFor(uri),
      tier: session.writingModel(true)?.tier,
      goesTo: destinationOf(session.engine.status()),
    };
    const answerOf = ({ text, inspection }: InspectedContext): ContextAnswer => {
      if (!inspection) return { text };
      const place = { path: document.path, line: position.line + 1, column: position.character + 1 };
      const { goesTo = "It stays on this machine" } = deps;
      const page = inspectionPage(inspection, { place, goesTo, ...(before && { before }) });
      before = inspection;
      return { text, page };
    };
    return withSignal(token, (signal) => contextText(document, offset, deps, signal)).then(answerOf, (error) => ({
      text: nothingSent(document.path, error instanceof Error ? error.message : String(error)),
    }));
  });
};

/** Where prompts go now; undefined where nothing but the local model was chosen. */
function destinationOf(engine: EngineStatus | undefined): string | undefined {
  if (!engine) return undefined;
  const { state, url, model = "its model" } = engine;
  if (state === "inUse") return `Goes to: ${model} at ${url}`;
  return `Stays on this machine: ${url} is not asked (${WHY_LOCAL[state]})`;
}

const WHY_LOCAL: Readonly<Record<Exclude<EngineStatus["state"], "inUse">, string>> = {
  opening: "it has not answered yet",
  resting: "it has failed, and is tried again later",
  needsConsent: "you have not agreed to it",
  untrusted: "the workspace is not trusted",
};
