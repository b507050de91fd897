// Converts between the protocol's values and the agent's own: cancellation, changes, items, errors for the log. Pure; knows no session.

import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CancellationToken,
  type Connection,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
  type TextDocumentContentChangeEvent,
  type WorkspaceFolder,
} from "vscode-languageserver/node";
import { Cancelled, UserError, userErrorData } from "../../common/errors.ts";
import { loggable } from "../../common/util/loggable.ts";
import type { Completion } from "../completion/outcome.ts";
import type { TextEdit } from "../completion/suggestionObserver.ts";
import type { Answer } from "../protocol/answer.ts";
import { ACCEPTED_COMMAND } from "../protocol/messages.ts";
import type { OpenDocument } from "../workspace/documents.ts";

/** Runs `work` until it is done, or the editor no longer waits for it. */
export async function withSignal<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const cancellation = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  try {
    return await work(abort.signal);
  } finally {
    cancellation.dispose();
  }
}

/** Runs an action for a person and turns its result or error into an answer; `signal` fires when the editor no longer waits. */
export type Answering = <T>(
  what: string,
  token: CancellationToken,
  work: (signal: AbortSignal) => T | Promise<T>,
) => Promise<Answer<T>>;

/**
 * Turns errors into answers: an error that a person can act on is passed on, a bug is logged first.
 * @param failed makes the error that the person sees for a bug
 */
export const answering =
  (connection: Connection, failed: (reason: string) => UserError): Answering =>
  async (what, token, work) => {
    try {
      return { value: await withSignal(token, async (signal) => work(signal)) };
    } catch (error) {
      if (error instanceof UserError) return { error: userErrorData(error) };
      if (!(error instanceof Cancelled)) connection.console.error(`${what}: ${loggable(error)}`);
      return { error: userErrorData(failed((error as Error).message)) };
    }
  };

/** The workspace folders that lie on this machine, as paths. */
export function rootsOf(folders: readonly WorkspaceFolder[] | null | undefined): string[] {
  return (folders ?? []).flatMap(({ uri }) => (uri.startsWith("file:") ? [fileURLToPath(uri)] : []));
}

/** The edit in offsets of the text before the change. A range whose ends are reversed is swapped, as TextDocument does. */
export function editOf({ text }: OpenDocument, change: TextDocumentContentChangeEvent): TextEdit {
  if (!("range" in change)) return { start: 0, end: text.getText().length, text: change.text };
  const [start, end] = [text.offsetAt(change.range.start), text.offsetAt(change.range.end)];
  return { start: Math.min(start, end), end: Math.max(start, end), text: change.text };
}

/** An edit of a document in the protocol's form. */
export function positioned(
  { text }: OpenDocument,
  { start, end, newText }: { start: number; end: number; newText: string },
) {
  return { start: text.positionAt(start), end: text.positionAt(end), newText };
}

export function inlineItem(item: Completion, { position }: InlineCompletionParams): InlineCompletionItem {
  const end = { line: position.line, character: position.character + item.replaceAfter };
  return {
    insertText: item.text,
    range: { start: position, end },
    command: { command: ACCEPTED_COMMAND, title: "Accepted" },
  };
}

/** The position of a request for the log, without any of the document's text. */
export function placeText({ textDocument, position, context }: InlineCompletionParams): string {
  const asked = context.triggerKind === InlineCompletionTriggerKind.Invoked ? ", asked for" : "";
  return `${path.posix.basename(textDocument.uri)}:${position.line + 1}:${position.character + 1}${asked}`;
}
