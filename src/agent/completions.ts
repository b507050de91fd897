// The agent's completions. Every request is answered, if need be with an empty result: the editor would count a rejection as a failure.

import { appendFileSync } from "node:fs";
import {
  type CancellationToken,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
} from "vscode-languageserver/node";
import { loggable } from "../../common/util/loggable.ts";
import type { GenerateResult } from "../../server/host/protocol/messages.ts";
import type { EditorAnswer } from "../completion/completer.ts";
import type { CompletionOutcome } from "../completion/outcome.ts";
import { type RecordedRequest, recordingOf } from "../completion/recording.ts";
import { AgentMethod, type RecordingAnswer } from "../protocol/messages.ts";
import { CompletionLog } from "./completionLog.ts";
import type { Feature } from "./feature.ts";
import { inlineItem, placeText, withSignal } from "./languageServer.ts";

export const serveCompletions: Feature = (connection, session) => {
  const { completer, documents, host, events } = session;
  const log = connection.console; // window/logMessage: ends in the log, never in a pop-up
  const traceFile = process.env.SOTTO_TRACE_FILE; // each answer's outcome is appended to it, for debugging
  const completionLog = new CompletionLog({
    debug: (line) => {
      log.debug(line);
      if (traceFile) appendFileSync(traceFile, `${new Date().toISOString()} ${line}\n`);
    },
    info: (line) => log.info(line),
    counts: () => completer.counts(),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms).unref(); // a process that has nothing else to do need not wait to log
      return () => clearTimeout(timer);
    },
  });
  events.on("rested", (outcome) => completionLog.rested(outcome));

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

  let last: RecordedRequest | undefined; // that a model has answered
  function note(
    { textDocument, position, context }: InlineCompletionParams,
    generation: GenerateResult,
    outcome: CompletionOutcome,
  ) {
    const document = documents.get(textDocument.uri);
    if (!document || !generation.recorded) return;
    const { path, languageId } = document;
    const asked = context.triggerKind === InlineCompletionTriggerKind.Invoked;
    const place = { path, languageId, line: position.line + 1, column: position.character + 1, asked };
    last = { generation, place, settings: session.configuration, outcome };
  }

  connection.onRequest(AgentMethod.recording, (): RecordingAnswer => {
    const recording = last && recordingOf(last);
    return recording ? { text: `${JSON.stringify(recording, undefined, 1)}\n` } : {};
  });

  connection.languages.inlineCompletion.on(async (params, token): Promise<InlineCompletionItem[]> => {
    const startMs = performance.now();
    try {
      const { outcome, error, generation } = await answer(params, token);
      if (generation) note(params, generation, outcome);
      if (!token.isCancellationRequested) events.emit("answered", params, outcome);
      const failed = error !== undefined;
      if (failed) log.warn(`completion: ${loggable(error)}`);
      const { languageId } = documents.get(params.textDocument.uri) ?? {};
      const tookMs = performance.now() - startMs;
      if (languageId !== undefined) session.feedback.answered(outcome, languageId, tookMs);
      completionLog.answered({ outcome, languageId, place: placeText(params), tookMs, failed });
      if (outcome.kind === "none" || token.isCancellationRequested) return [];
      return outcome.items.map((item) => inlineItem(item, params));
    } catch (error) {
      log.error(`completion: ${loggable(error)}`);
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
    const { model, eagerness, learnFromUse, filters, licenceGuard } = session.configuration;
    const wasDecidedBy = [before.eagerness, before.learnFromUse, before.filters, before.licenceGuard];
    if (before.model !== model) completer.modelChanged();
    if (JSON.stringify(wasDecidedBy) !== JSON.stringify([eagerness, learnFromUse, filters, licenceGuard]))
      completer.settingsChanged();
  });
};
