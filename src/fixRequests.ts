// The agent's answers about fixes: LSP wiring, nothing else.

import type { Connection } from "vscode-languageserver/node";
import { fixFailed } from "../server/protocol/errors.ts";
import { fixesAt, NO_FIX, type NoFixReason } from "./actions/fix/fixAt.ts";
import type { Session } from "./agentSession.ts";
import { answering } from "./languageServer.ts";
import { type FixAnswer, type FixesFound, FixMethod, type FixParams } from "./protocol/fix.ts";
import { DocumentChanged } from "./typescript/thread.ts";

/** @param session once it is open */
export function serveFixes(connection: Connection, session: () => Session): void {
  async function find({ uri, start, end, code }: FixParams, signal: AbortSignal): Promise<FixesFound> {
    const { documents, modelFor, sourcesOf, compilerOf } = session();
    const none = (reason: NoFixReason) => ({ reason: NO_FIX[reason] });
    const document = documents.get(uri);
    if (!document) return none("unsupportedLanguage");
    const checker = await compilerOf(uri)?.checkerOf(document);
    if (!checker) return none("noChecker");
    if ("reason" in checker) return none(checker.reason === "otherLanguage" ? "unsupportedLanguage" : "noChecker");
    const { text, version } = document;
    const spot = { start: text.offsetAt(start), end: text.offsetAt(end), code };
    const deps = { checker, model: modelFor(uri), sources: sourcesOf(uri) };
    const found = await fixesAt(document, spot, deps, signal).catch((error) => {
      if (error instanceof DocumentChanged) return { reason: "documentChanged" } as const;
      throw error;
    });
    if ("reason" in found) return none(found.reason);
    const fixes = found.fixes.map(({ edit, source }) => {
      return { start: text.positionAt(edit.start), end: text.positionAt(edit.end), newText: edit.newText, source };
    });
    return { version, message: found.problem.message, fixes };
  }

  const answered = answering(connection, fixFailed);
  connection.onRequest(
    FixMethod.find,
    (params: FixParams, token): Promise<FixAnswer> => answered("fix", token, (signal) => find(params, signal)),
  );
}
