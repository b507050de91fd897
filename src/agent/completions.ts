// The agent's completions. Every request is answered, if need be with an empty result: the editor would count a rejection as a failure.

import { appendFileSync } from "node:fs";
import {
  type CancellationToken,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
} from "vscode-languageserver/node";
import type { EditorAnswer } from "../completion/completer.ts";
import type { CompletionOutcome } from "../completion/outcome.ts";
import type { Feature } from "./feature.ts";
import { describe, inlineItem, placeText, withSignal } from "./languageServer.ts";

export const serveCompletions: Feature = (connection, session) => {
  const { completer, documents, host, events } = session;
  const log = connection.console; // window/logMessage: ends in the log, never in a pop-up
  const traceFile = process.env.SOTTO_TRACE_FILE; // each answer's outcome is appended to it, for debugging
  const logOutcome = (line: string) => {
    log.debug(line);
    if (traceFile) appendFileSync(traceFile, `${new Date().toISOString()} ${line}\n`);
  };

  async function answer(params: InlineCompletionParams, token: CancellationToken): Promise<EditorAnswer> {
    const document = documents.get(params.textDocument.uri);
    if (!document) return completer.unknown();
    const { selectedCompletionInfo, triggerKind } = params.context;
    const selected = selectedCompletionInfo && {
      text: selectedCompletionInfo.text,
      startOffset: document.text.offsetAt(selectedCompletionInfo.range.start),
    };
    const explicit = triggerKind === InlineCompletionTriggerKind.Invoked;
    const offset = document.text.offsetAt(params.position);
    events.emit("asked", document, offset);
    return withSignal(token, (signal) => completer.complete({ document, offset, explicit, selected }, signal));
  }

  connection.languages.inlineCompletion.on(async (params, token): Promise<InlineCompletionItem[]> => {
    const startMs = performance.now();
    try {
      const { outcome, error } = await answer(params, token);
      if (!token.isCancellationRequested) events.emit("answered", params, outcome);
      if (error !== undefined) log.warn(`completion: ${describe(error)}`);
      const tookMs = Math.round(performance.now() - startMs);
      logOutcome(`completion: ${outcomeText(outcome)}, ${placeText(params)}, ${tookMs} ms`);
      if (outcome.kind === "none" || token.isCancellationRequested) return [];
      return outcome.items.map((item) => inlineItem(item, params));
    } catch (error) {
      log.error(`completion: ${describe(error)}`);
      return [];
    }
  });

  events.on("initialized", () => {
    let wasReady: string | undefined; // the model for automatic requests
    host.onStatus(({ state, host: told }) => {
      const ready = state === "ready" ? told?.model : undefined;
      if (ready !== undefined && ready !== wasReady) completer.modelReady();
      wasReady = ready;
    });
  });
  events.on("configured", (before) => {
    const { model, eagerness, filters } = session.configuration;
    if (before.model !== model) completer.modelChanged();
    if (before.eagerness !== eagerness || JSON.stringify(before.filters) !== JSON.stringify(filters))
      completer.settingsChanged();
  });
};

function outcomeText(outcome: CompletionOutcome): string {
  if (outcome.kind === "none") return outcome.reason;
  const { source, items } = outcome;
  return items.length > 1 ? `${source}, ${items.length} suggestions` : source;
}
