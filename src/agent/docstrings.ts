// The agent's answers about docstrings, and their wiring to our extension's requests.

import { ProgressType } from "vscode-languageserver/node";
import { docstringFailed } from "../../common/errors.ts";
import { docstringAt, NO_DOCSTRING, targetOf } from "../actions/docstring/docstring.ts";
import { documentFile } from "../actions/docstring/documentFile.ts";
import { targetsIn } from "../actions/docstring/target.ts";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import {
  type Docstring,
  type DocstringAnswer,
  DocstringMethod,
  type DocstringParams,
  type DocstringTarget,
  type FileDocstrings,
  type FileDocstringsAnswer,
  type FileDocstringsParams,
} from "../protocol/docstring.ts";
import type { Feature } from "./feature.ts";
import { answering, positioned } from "./languageServer.ts";
import type { Session } from "./session.ts";

const progressType = new ProgressType<ActionProgress>();

/** @throws UserError when the model cannot be asked; Cancelled */
export function docstringsOf(session: Session) {
  const askedStyle = () => {
    const style = session.configuration["docstring.style"];
    return style === "auto" ? undefined : style;
  };

  async function write({ uri, position }: DocstringParams, signal: AbortSignal): Promise<Docstring> {
    const document = session.documents.get(uri);
    if (!document) return { reason: NO_DOCSTRING.unsupportedLanguage };
    const offset = document.text.offsetAt(position);
    const deps = { model: session.modelFor(uri), sources: session.sourcesOf(uri) };
    const outcome = await docstringAt({ document, offset, style: askedStyle() }, deps, signal);
    if (outcome.kind === "none") return { reason: NO_DOCSTRING[outcome.reason] };
    const { name, edit } = outcome;
    return { name, version: edit.version, ...positioned(document, edit) };
  }

  async function writeAll(
    { uri, around }: Omit<FileDocstringsParams, "progressToken">,
    onProgress: (progress: ActionProgress) => void,
    signal: AbortSignal,
  ): Promise<FileDocstrings> {
    const document = session.documents.get(uri);
    if (!document) return { reason: NO_DOCSTRING.unsupportedLanguage };
    const { text, version } = document;
    const found = await documentFile(
      { document, around: around && text.offsetAt(around), style: askedStyle() },
      { model: session.modelFor(uri), sources: session.sourcesOf(uri) },
      onProgress,
      signal,
    );
    if ("reason" in found) return { reason: NO_DOCSTRING[found.reason] };
    const edits = found.edits.map(({ name, edit }) => ({ name, ...positioned(document, edit) }));
    return { version, edits, left: found.left.map(({ name, reason }) => ({ name, reason: NO_DOCSTRING[reason] })) };
  }

  function target({ uri, position }: DocstringParams): DocstringTarget {
    const document = session.documents.get(uri);
    if (!document?.tree) return null;
    const { tree, languageId } = document;
    const [text, offset] = [document.text.getText(), document.text.offsetAt(position)];
    const target = targetOf(document, offset);
    if (typeof target === "string") return null;
    const { name, start, end, existing, signature } = target;
    const isInside = (other: { start: number; end: number }) => start < other.start && other.end <= end;
    const hasMembers = !signature && targetsIn(text, tree, languageId).some(isInside);
    return { name, hasDocstring: existing !== undefined, hasMembers };
  }

  return { write, writeAll, target };
}

export const serveDocstrings: Feature = (connection, session) => {
  const docstrings = docstringsOf(session);
  const answered = answering(connection, docstringFailed);
  const progressOf =
    ({ progressToken }: FileDocstringsParams) =>
    (progress: ActionProgress) =>
      void connection.sendProgress(progressType, progressToken, progress);
  connection.onRequest(
    DocstringMethod.write,
    (params: DocstringParams, token): Promise<DocstringAnswer> =>
      answered("docstring", token, (signal) => docstrings.write(params, signal)),
  );
  connection.onRequest(
    DocstringMethod.writeAll,
    (params: FileDocstringsParams, token): Promise<FileDocstringsAnswer> =>
      answered("docstrings", token, (signal) => docstrings.writeAll(params, progressOf(params), signal)),
  );
  connection.onRequest(DocstringMethod.target, docstrings.target);
};
