// The agent's prompt inspector: what a completion at a place would send to the model.

import { contextText, nothingSent } from "../completion/contextText.ts";
import { AgentMethod, type ContextAnswer, type ContextParams } from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";
import { describe, withSignal } from "./languageServer.ts";

export const serveContext: Feature = (connection, session) => {
  connection.onRequest(AgentMethod.context, async ({ uri, position }: ContextParams, token): Promise<ContextAnswer> => {
    const document = session.documents.get(uri);
    if (!document) return { text: nothingSent(uri, "its language is not completed") };
    const offset = document.text.offsetAt(position);
    const deps = {
      sources: session.sourcesOf(uri),
      model: session.modelFor(uri),
      tier: session.writingModel(true)?.tier,
    };
    return withSignal(token, (signal) => contextText(document, offset, deps, signal)).then(
      (text) => ({ text }),
      (error) => ({ text: nothingSent(document.path, describe(error)) }),
    );
  });
};
