// The code actions of editors without our extension: a docstring for the definition here, a verified fix for what is wrong here, what is missing here,
// and the rest of what was begun here. The first two are commands, so nothing is computed before one is chosen; what is missing is looked for where
// something is reported or a person has asked; the last was found when the edit had settled.

import {
  type CodeAction,
  CodeActionTriggerKind,
  type Command,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
  type TextDocumentEdit,
  type TextEdit,
} from "vscode-languageserver/node";
import { documentedIds } from "../../../common/syntax/languages.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { docstringsOf } from "../docstrings.ts";
import type { Feature } from "../feature.ts";
import { positioned } from "../languageServer.ts";
import { piecesFor } from "../pieces.ts";
import type { Session } from "../session.ts";
import type { ActionCommand, CommandPlace } from "./commands.ts";
import { DOCSTRING_KIND, FIX_KIND, NEXT_EDIT_KIND, PIECE_KIND } from "./kinds.ts";

export const serveCodeActions: Feature = (connection, session) => {
  const { client, documents } = session;
  const docstrings = docstringsOf(session);
  const takesActions = client.textDocument?.codeAction?.codeActionLiteralSupport !== undefined;
  const decide = () => {
    session.nextEdits.isShown = takesActions && session.configuration.nextEdit !== "off";
  };
  decide();
  session.events.on("configured", decide);

  connection.onCodeAction(async ({ textDocument: { uri }, range, context }): Promise<(CodeAction | Command)[]> => {
    const document = documents.get(uri);
    if (!document) return [];
    const wants = (kind: string) => context.only?.some((only) => `${kind}.`.startsWith(`${only}.`)) ?? true;
    const actions: CodeAction[] =
      takesActions && wants(NEXT_EDIT_KIND) ? nextEditActions(session, document, range) : [];
    if (!documentedIds.includes(document.languageId)) return actions;
    const looksForPieces = context.triggerKind !== CodeActionTriggerKind.Automatic || context.diagnostics.length > 0;
    if (takesActions && looksForPieces && (wants(PIECE_KIND) || wants(FIX_KIND)))
      actions.push(
        ...(await pieceActions(session, document, range, context.diagnostics)).filter(({ kind }) => wants(kind!)),
      );
    if (!client.workspace?.applyEdit) return actions; // there is no other way to change the text by a command
    const offer = (kind: string, title: string, command: ActionCommand, place: CommandPlace, about?: Diagnostic) =>
      actions.push({
        title: `${title} (Sotto)`,
        kind,
        ...(about && { diagnostics: [about] }),
        command: { title, command, arguments: [place] },
      });
    const isOneLine = range.start.line === range.end.line; // several are about to be moved or rewritten
    const target = isOneLine && wants(DOCSTRING_KIND) ? docstrings.target({ uri, position: range.start }) : null;
    if (target) {
      const what = `${target.hasDocstring ? "Update" : "Write"} the docstring of ${target.name}`;
      offer(DOCSTRING_KIND, what, "sotto.writeDocstring", { uri, range });
      const all = `Write the docstrings of ${target.name} and its members`;
      if (target.hasMembers) offer(DOCSTRING_KIND, all, "sotto.documentFile", { uri, range });
    }
    if (wants(FIX_KIND) && isChecked(session, document)) {
      const wrong = context.diagnostics.find((one) => isFixable(one, document.languageId));
      const isAsked = isOneLine && context.triggerKind !== CodeActionTriggerKind.Automatic; // else it would be offered everywhere
      const place = { uri, range: wrong?.range ?? range, code: wrong && codeOf(wrong) };
      if (wrong || isAsked) offer(FIX_KIND, "Find a verified fix", "sotto.fixHere", place, wrong);
    }
    return takesActions ? actions : actions.flatMap(({ command }) => command ?? []);
  });
};

/** What is missing on these lines: a quick fix of what it mends, a rewrite where nothing is reported. */
async function pieceActions(
  session: Session,
  { uri }: OpenDocument,
  range: Range,
  diagnostics: readonly Diagnostic[],
): Promise<CodeAction[]> {
  const found = await piecesFor(session, { uri, ...range });
  if ("reason" in found) return [];
  return found.pieces.map(({ title, edits, mends }) => {
    const mended = diagnostics.filter((one) =>
      mends.some(({ start, code }) => code === codeOf(one) && isSamePosition(start, one.range.start)),
    );
    const changes = edits.map(({ start, end, newText }) => ({ range: { start, end }, newText }));
    const documentChanges: TextDocumentEdit[] = [{ textDocument: { uri, version: found.version }, edits: changes }];
    const told = { title: `${title} (Sotto)`, edit: { documentChanges } };
    return mended.length > 0 ? { ...told, kind: FIX_KIND, diagnostics: mended } : { ...told, kind: PIECE_KIND };
  });
}

const isSamePosition = (a: Range["start"], b: Range["start"]): boolean =>
  a.line === b.line && a.character === b.character;

/** The rest of what was begun on these lines. All places at once: the editor's preview shows them, and its undo takes them back. */
function nextEditActions({ nextEdits, documents }: Session, document: OpenDocument, range: Range): CodeAction[] {
  const offered = nextEdits.offered(document);
  if (!offered) return [];
  const { start, end } = offered.episode.changed.after;
  const [first, last] = [document.text.positionAt(start).line, document.text.positionAt(end).line];
  if (range.end.line < first || range.start.line > last) return [];
  const { title, places } = offered.edits;
  const documentChanges: TextDocumentEdit[] = [];
  for (const uri of new Set(places.map((place) => place.uri))) {
    const file = documents.get(uri);
    if (!file) return []; // what is not open has no version to be held to
    const edits = places.flatMap((place): TextEdit[] => {
      if (place.uri !== uri) return [];
      const { start, end, newText } = positioned(file, { ...place.range, newText: place.newText });
      return [{ range: { start, end }, newText }];
    });
    documentChanges.push({ textDocument: { uri, version: file.version }, edits });
  }
  return [{ title: `${title} (checked, Sotto)`, kind: NEXT_EDIT_KIND, edit: { documentChanges } }];
}

/** Whether something could tell what is wrong with the document. */
const isChecked = (session: Session, { uri, languageId }: OpenDocument): boolean =>
  languageId === "python" || session.compilerOf(uri) !== undefined;

/** The errors of a TypeScript server, which have numbers; in Python whatever another server is sure of. */
const isFixable = (diagnostic: Diagnostic, languageId: string): boolean => {
  const { severity = DiagnosticSeverity.Error } = diagnostic;
  if (languageId === "python") return severity <= DiagnosticSeverity.Warning;
  return severity === DiagnosticSeverity.Error && codeOf(diagnostic) !== undefined;
};

function codeOf({ code }: Diagnostic): number | undefined {
  const number = code === undefined || code === "" ? Number.NaN : Number(code);
  return Number.isInteger(number) ? number : undefined;
}
