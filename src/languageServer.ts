// The protocol's values as the agent's own and back: cancellation, changes, items, errors for the log. Pure; knows no session.

import { fileURLToPath } from "node:url";
import type {
  CancellationToken,
  Disposable,
  InlineCompletionItem,
  InlineCompletionParams,
  TextDocumentContentChangeEvent,
  WorkspaceFolder,
} from "vscode-languageserver/node";
import type { TextEdit } from "./completion/completer.ts";
import type { Completion } from "./completion/outcome.ts";
import type { OpenDocument } from "./context/documents.ts";
import { ACCEPTED_COMMAND } from "./protocol/messages.ts";

export function abortOf(token: CancellationToken): { signal: AbortSignal } & Disposable {
  const abort = new AbortController();
  const cancellation = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  return { signal: abort.signal, dispose: () => cancellation.dispose() };
}

/** The workspace folders that lie on this machine, as paths. */
export function rootsOf(folders: readonly WorkspaceFolder[] | null | undefined): string[] {
  return (folders ?? []).flatMap(({ uri }) => (uri.startsWith("file:") ? [fileURLToPath(uri)] : []));
}

/** In offsets of the text before the change; as TextDocument applies it, a range whose ends are the wrong way round is turned. */
export function editOf({ text }: OpenDocument, change: TextDocumentContentChangeEvent): TextEdit {
  if (!("range" in change)) return { start: 0, end: text.getText().length, text: change.text };
  const [start, end] = [text.offsetAt(change.range.start), text.offsetAt(change.range.end)];
  return { start: Math.min(start, end), end: Math.max(start, end), text: change.text };
}

export function inlineItem(item: Completion, { position }: InlineCompletionParams): InlineCompletionItem {
  const end = { line: position.line, character: position.character + item.replaceAfter };
  return {
    insertText: item.text,
    range: { start: position, end },
    command: { command: ACCEPTED_COMMAND, title: "Accepted" },
  };
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "UserError" ? error.message : (error.stack ?? error.message);
}
