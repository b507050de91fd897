// The agent's answers about missing pieces, and their wiring to our extension's request.

import { fixFailed } from "../../common/errors.ts";
import { NO_FIX } from "../actions/fix/fixAt.ts";
import { piecesAt } from "../actions/pieces/piecesAt.ts";
import { type PiecesAnswer, PiecesMethod, type PiecesOffered, type PiecesParams } from "../protocol/pieces.ts";
import type { Feature } from "./feature.ts";
import { answering, positioned } from "./languageServer.ts";
import type { Session } from "./session.ts";

/** @throws what the checker throws */
export async function piecesFor(session: Session, { uri, start, end }: PiecesParams): Promise<PiecesOffered> {
  const document = session.documents.get(uri);
  if (!document) return { reason: NO_FIX.unsupportedLanguage };
  const { text, version } = document;
  const range = { start: text.offsetAt(start), end: text.offsetAt(end) };
  const open = () => session.compilerOf(uri)?.checkerOf(document);
  const found = await piecesAt(document, range, session.sourcesOf(uri), open);
  if ("reason" in found) return found;
  if (document.version !== version) return { reason: NO_FIX.documentChanged };
  const pieces = found.pieces.map(({ kind, title, changes, mended }) => {
    const mends = mended.map(({ code, ...at }) => ({
      start: text.positionAt(at.start),
      end: text.positionAt(at.end),
      code,
    }));
    return { kind, title, edits: changes.map((change) => positioned(document, change)), mends };
  });
  return { version, pieces };
}

export const servePieces: Feature = (connection, session) => {
  const answered = answering(connection, fixFailed);
  connection.onRequest(
    PiecesMethod.find,
    (params: PiecesParams, token): Promise<PiecesAnswer> => answered("pieces", token, () => piecesFor(session, params)),
  );
};
