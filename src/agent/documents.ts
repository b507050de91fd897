// The editor's notifications about documents: passes each to the parts of the session that use it.

import { languageIdOf } from "../../common/syntax/languages.ts";
import type { TextEdit } from "../completion/suggestionObserver.ts";
import { languageEnabled } from "../config/settings.ts";
import type { Feature } from "./feature.ts";
import { editOf } from "./languageServer.ts";

export const serveDocuments: Feature = (connection, session) => {
  const { sources, memory, documents, compilers, completer, nextEdits, events } = session;
  connection.onDidOpenTextDocument(({ textDocument }) => {
    const languageId = languageIdOf(textDocument.languageId, textDocument.uri);
    documents.open({ ...textDocument, languageId });
    sources.opened(textDocument.uri);
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    events.emit("typed");
    const document = documents.get(textDocument.uri);
    const isWatched =
      document && nextEdits.isShown && languageEnabled(session.configuration.enable, document.languageId);
    const before = isWatched ? document.text.getText() : undefined;
    const edits: TextEdit[] = [];
    sources.edited(textDocument.uri, contentChanges, (change) => {
      if (document) edits.push(editOf(document, change));
      documents.change({ textDocument, contentChanges: [change] });
    });
    if (document) completer.changed(document, edits);
    if (document && before !== undefined) nextEdits.edited(document, before, contentChanges);
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    completer.closed(uri);
    sources.closed(uri);
    documents.close(uri);
  });
  function filesChanged(uris: string[]): void {
    sources.filesChanged(uris);
    memory.filesChanged(uris);
    compilers.changed(uris);
  }
  connection.onDidChangeWatchedFiles(({ changes }) => filesChanged(changes.map(({ uri }) => uri)));
  connection.onDidSaveTextDocument(({ textDocument: { uri } }) => {
    nextEdits.saved(uri);
    filesChanged([uri]); // not every editor may watch files
  });
};
