// The agent's explanations, and their wiring to our extension's requests. The last one is held while its page is open; nothing is stored.

import { ProgressType } from "vscode-languageserver/node";
import { badInput, explainFailed } from "../../common/errors.ts";
import { WHY_NOTHING } from "../completion/whyNothing.ts";
import { Explainer } from "../explain/explainer.ts";
import { explanationPage, unexplainedPage } from "../explain/explanationPage.ts";
import {
  type ExplainAnswer,
  type ExplainFurtherParams,
  ExplainMethod,
  type ExplainParams,
  type ExplainProgress,
} from "../protocol/explain.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

const progressType = new ProgressType<ExplainProgress>();

export const serveExplanations: Feature = (connection, session) => {
  const answered = answering(connection, explainFailed);
  let last: Explainer | undefined;
  let whatIf: string | undefined; // of the last explanation

  const pageOf = (explainer: Explainer, unfolded = false): ExplainProgress => {
    const layers = explainer.tellsLayers ? { unfolded } : { missing: explainer.layersMissing };
    return { page: explanationPage(explainer.explanation, "asking", { whatIf, layers }) };
  };

  async function explain(
    { uri, position, progressToken }: ExplainParams,
    signal: AbortSignal,
  ): Promise<ExplainProgress> {
    const document = session.documents.get(uri);
    if (!document) return { page: unexplainedPage(`Not shown: ${WHY_NOTHING.unknownDocument}.`) };
    const origin = await session.completer.originAt(document, document.text.offsetAt(position), signal);
    if (typeof origin === "string") return { page: unexplainedPage(`Not shown: ${WHY_NOTHING[origin]}.`) };
    const sources = session.sourcesOf(uri);
    const explainer = new Explainer(origin, {
      model: session.modelFor(uri),
      workspace: sources?.workspace,
      index: sources?.index,
      hasMemory: session.memory.memoryOf(uri) !== undefined,
    });
    last = explainer;
    whatIf = undefined;
    const tell = (progress: ExplainProgress) => connection.sendProgress(progressType, progressToken, progress);
    await explainer.run((soFar) => void tell({ page: explanationPage(soFar, "measuring") }), signal);
    return pageOf(explainer);
  }

  async function further(question: ExplainFurtherParams, signal: AbortSignal): Promise<ExplainProgress> {
    if (!last) throw badInput("The explanation is closed.", 'Run "Sotto: Explain This Suggestion" again.');
    switch (question.kind) {
      case "blocks":
        await last.blocks(question.part, signal);
        break;
      case "whatIf":
        whatIf = await last.whatIf(question.token, question.alternative, signal);
        break;
      case "layers":
        await last.layers(signal, question.token);
        break;
      case "attention":
        last.attention(question.token, question.layer, question.head);
    }
    return pageOf(last, question.kind === "layers" || question.kind === "attention");
  }

  connection.onRequest(
    ExplainMethod.explain,
    (params: ExplainParams, token): Promise<ExplainAnswer> =>
      answered("explain", token, (signal) => explain(params, signal)),
  );
  connection.onRequest(
    ExplainMethod.explainFurther,
    (params: ExplainFurtherParams, token): Promise<ExplainAnswer> =>
      answered("explain further", token, (signal) => further(params, signal)),
  );
  connection.onNotification(ExplainMethod.explainEnded, () => {
    last = undefined;
  });
};
