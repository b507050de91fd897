// The agent's answers about docstrings: LSP wiring, nothing else.

import type { Connection } from "vscode-languageserver/node";
import { docstringFailed } from "../server/protocol/errors.ts";
import { docstringAt, NO_DOCSTRING } from "./actions/docstring/docstring.ts";
import { targetAt } from "./actions/docstring/target.ts";
import type { Session } from "./agentSession.ts";
import { answering } from "./languageServer.ts";
import {
  type Docstring,
  type DocstringAnswer,
  DocstringMethod,
  type DocstringParams,
  type DocstringTarget,
} from "./protocol/docstring.ts";

/** @param session once it is open */
export function serveDocstrings(connection: Connection, session: () => Session): void {
  async function docstring({ uri, position }: DocstringParams, signal: AbortSignal): Promise<Docstring> {
    const { documents, modelFor, sourcesOf } = session();
    const document = documents.get(uri);
    if (!document) return { reason: NO_DOCSTRING.unsupportedLanguage };
    const offset = document.text.offsetAt(position);
    const outcome = await docstringAt({ document, offset }, { model: modelFor(uri), sources: sourcesOf(uri) }, signal);
    if (outcome.kind === "none") return { reason: NO_DOCSTRING[outcome.reason] };
    const { name, edit } = outcome;
    const [start, end] = [document.text.positionAt(edit.start), document.text.positionAt(edit.end)];
    return { name, version: edit.version, start, end, newText: edit.newText };
  }

  const answered = answering(connection, docstringFailed);
  connection.onRequest(
    DocstringMethod.write,
    (params: DocstringParams, token): Promise<DocstringAnswer> =>
      answered("docstring", token, (signal) => docstring(params, signal)),
  );
  connection.onRequest(DocstringMethod.target, ({ uri, position }: DocstringParams): DocstringTarget => {
    const document = session().documents.get(uri);
    if (!document?.tree) return null;
    const offset = document.text.offsetAt(position);
    const target = targetAt(document.text.getText(), document.tree, document.languageId, offset);
    return typeof target === "string" ? null : { name: target.name, hasDocstring: target.existing !== undefined };
  });
}
