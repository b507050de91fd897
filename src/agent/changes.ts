// The agent's answers about changes of selected lines, and their wiring to our extension's requests.

import { actionFailed } from "../../common/errors.ts";
import { changeLines, NO_CHANGE, SMALL_MODEL_WARNING } from "../actions/change/change.ts";
import { type Change, type ChangeAnswer, ChangeMethod, type ChangeParams } from "../protocol/change.ts";
import type { Feature } from "./feature.ts";
import { instructionDeps } from "./instructionDeps.ts";
import { answering, positioned } from "./languageServer.ts";
import type { Session } from "./session.ts";

/** @throws UserError when the model cannot be asked; Cancelled */
export function changesOf(session: Session) {
  return async ({ uri, start, end, instruction }: ChangeParams, signal: AbortSignal): Promise<Change> => {
    const document = session.documents.get(uri);
    if (!document) return { reason: NO_CHANGE.noTree };
    const { checkerOf, ...deps } = instructionDeps(session, uri);
    const checker = await checkerOf(document);
    const { text } = document;
    const request = { document, start: text.offsetAt(start), end: text.offsetAt(end), instruction };
    const found = await changeLines(request, { ...deps, ...(checker && { checker }) }, signal);
    if (found.kind === "none") return { reason: NO_CHANGE[found.reason] };
    const { edit, lines, isChecked, isSmall } = found;
    const notes = [
      ...(lines.isWider ? [`Whole lines were changed: ${lines.firstLine + 1} to ${lines.lastLine + 1}.`] : []),
      ...(isChecked ? [] : ["It parses; no compiler has checked it."]),
      ...(isSmall ? [SMALL_MODEL_WARNING] : []),
    ];
    return { name: instruction.trim(), version: edit.version, notes, ...positioned(document, edit) };
  };
}

export const serveChanges: Feature = (connection, session) => {
  const change = changesOf(session);
  const answered = answering(connection, (reason) => actionFailed("The selection could not be changed", reason));
  connection.onRequest(
    ChangeMethod.change,
    (params: ChangeParams, token): Promise<ChangeAnswer> =>
      answered("change", token, (signal) => change(params, signal)),
  );
};
