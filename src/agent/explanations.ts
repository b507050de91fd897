// The agent's explanations, and their wiring to our extension's requests. Nothing of them is kept.

import { ProgressType } from "vscode-languageserver/node";
import { explainFailed } from "../../common/errors.ts";
import { WHY_NOTHING } from "../completion/whyNothing.ts";
import { Explainer } from "../explain/explainer.ts";
import { readableExplanation } from "../explain/readable.ts";
import { type ExplainAnswer, ExplainMethod, type ExplainParams, type ExplainProgress } from "../protocol/explain.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

const progressType = new ProgressType<ExplainProgress>();

export const serveExplanations: Feature = (connection, session) => {
  const answered = answering(connection, explainFailed);

  async function explain(
    { uri, position, progressToken }: ExplainParams,
    signal: AbortSignal,
  ): Promise<ExplainProgress> {
    const document = session.documents.get(uri);
    if (!document) return { text: `Not shown: ${WHY_NOTHING.unknownDocument}.\n` };
    const origin = await session.completer.originAt(document, document.text.offsetAt(position), signal);
    if (typeof origin === "string") return { text: `Not shown: ${WHY_NOTHING[origin]}.\n` };
    const explainer = new Explainer(origin, {
      model: session.modelFor(uri),
      workspace: session.sourcesOf(uri)?.workspace,
      hasMemory: session.memory.memoryOf(uri) !== undefined,
    });
    const tell = (progress: ExplainProgress) => connection.sendProgress(progressType, progressToken, progress);
    const whole = await explainer.run((soFar) => void tell({ text: readableExplanation(soFar) }), signal);
    return { text: readableExplanation(whole) };
  }

  connection.onRequest(
    ExplainMethod.explain,
    (params: ExplainParams, token): Promise<ExplainAnswer> =>
      answered("explain", token, (signal) => explain(params, signal)),
  );
};
