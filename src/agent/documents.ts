// The editor's notifications about documents and the cursor: passes each to the parts of the session that use it.

import type { TextEdit } from "../completion/suggestionObserver.ts";
import { AgentMethod, type RestedParams, type VisitedParams } from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";
import { editOf } from "./languageServer.ts";

export const serveDocuments: Feature = (connection, session) => {
  const { sources, memory, documents, compilers, completer, feedback, counts, events } = session;
  connection.onDidOpenTextDocument(({ textDocument }) => {
    documents.open(textDocument);
    sources.opened(textDocument.uri);
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    events.emit("typed");
    const document = documents.get(textDocument.uri);
    const edits: TextEdit[] = [];
    sources.edited(textDocument.uri, contentChanges, (change) => {
      if (document) edits.push(editOf(document, change));
      documents.change({ textDocument, contentChanges: [change] });
    });
    if (document) completer.changed(document, edits);
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    completer.closed(uri);
    sources.closed(uri);
    documents.close(uri);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const uris = changes.map(({ uri }) => uri);
    sources.filesChanged(uris);
    memory.filesChanged(uris);
    compilers.changed(uris);
  });
  connection.onNotification(AgentMethod.rested, ({ uri, position }: RestedParams) => {
    const document = documents.get(uri);
    if (!document) return;
    const offset = document.text.offsetAt(position);
    feedback.cursorAt(uri, offset);
    completer.rested({ document, offset });
  });
  connection.onNotification(AgentMethod.visited, ({ uri, line }: VisitedParams) => {
    counts.visits++;
    sources.visited(uri, line);
    feedback.cursorAt(uri, documents.get(uri)?.text.offsetAt({ line, character: 0 }) ?? -1);
  });
};
