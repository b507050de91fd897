// The agent's facts of files and of definitions, and their wiring to our extension's requests. Of a file the facts come at once, then the model's
// sentences one by one.

import { ProgressType } from "vscode-languageserver/node";
import { badInput, summaryFailed } from "../../common/errors.ts";
import { pageOf } from "../actions/factPage/page.ts";
import { definitionHere, hereAt, NOTHING_HERE } from "../actions/here/here.ts";
import { sentencesFor } from "../actions/summary/sentences.ts";
import { NO_SUMMARY, summaryOf } from "../actions/summary/summary.ts";
import { summaryPage } from "../actions/summary/summaryPage.ts";
import {
  type DefinitionHereAnswer,
  type DefinitionHereParams,
  type ExplainHereAnswer,
  type ExplainHereParams,
  type SummariseAnswer,
  type SummariseParams,
  SummaryMethod,
  type SummaryProgress,
} from "../protocol/summary.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

const progressType = new ProgressType<SummaryProgress>();

export const serveSummaries: Feature = (connection, session) => {
  const answered = answering(connection, summaryFailed);

  async function summarise({ uri, progressToken }: SummariseParams, signal: AbortSignal): Promise<SummaryProgress> {
    const document = session.documents.get(uri);
    if (!document) throw badInput("Sotto does not know the language of this file.", "Summarise a file of code.");
    const sources = session.sourcesOf(uri);
    const summary = await summaryOf(document, sources, signal);
    if ("reason" in summary) throw badInput(`No summary: ${NO_SUMMARY[summary.reason]}.`, "Choose another file.");
    const tell = (progress: SummaryProgress) => void connection.sendProgress(progressType, progressToken, progress);
    tell({ page: pageOf(summaryPage(summary), "Sotto looks for what the model can add …") });
    try {
      const deps = { model: session.modelFor(uri), sources };
      const written = await sentencesFor(
        document,
        summary.exports,
        deps,
        (soFar, done, total) =>
          tell({
            page: pageOf(summaryPage(summary, soFar), `The model has been asked for ${done} of ${total} sentences …`),
          }),
        signal,
      );
      return { page: pageOf(summaryPage(summary, written)) };
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return {
        page: pageOf(summaryPage(summary, { byName: new Map(), notes: [`The model was not asked: ${reason}`] })),
      };
    }
  }

  async function explainHere(
    { uri, position, name }: ExplainHereParams,
    signal: AbortSignal,
  ): Promise<SummaryProgress> {
    const document = session.documents.get(uri);
    if (!document) throw badInput("Sotto does not know the language of this file.", "Choose a file of code.");
    const page = await hereAt(document, document.text.offsetAt(position), session.sourcesOf(uri), signal, name);
    if ("reason" in page) throw badInput(`Nothing to explain: ${NOTHING_HERE[page.reason]}.`, "Go to a definition.");
    return { page: pageOf(page) };
  }

  connection.onRequest(
    SummaryMethod.explainHere,
    (params: ExplainHereParams, token): Promise<ExplainHereAnswer> =>
      answered("explain here", token, (signal) => explainHere(params, signal)),
  );
  connection.onRequest(
    SummaryMethod.definitionHere,
    async ({ uri, position }: DefinitionHereParams): Promise<DefinitionHereAnswer> => {
      const document = session.documents.get(uri);
      if (!document) return { value: { refused: true } };
      const offset = document.text.offsetAt(position);
      const found = await definitionHere(document, offset, session.sourcesOf(uri)?.workspace);
      if ("title" in found) return { value: { title: found.title, refused: false } };
      return { value: { refused: found.reason === "ignoredFile" } };
    },
  );
  connection.onRequest(
    SummaryMethod.summarise,
    (params: SummariseParams, token): Promise<SummariseAnswer> =>
      answered("summarise", token, (signal) => summarise(params, signal)),
  );
};
