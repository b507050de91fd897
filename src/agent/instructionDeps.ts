// What actions that follow an instruction take from the session: the model, the workspace's sources, the checker and the person's settings.

import { openChecker } from "../actions/fix/openChecker.ts";
import type { Checker } from "../typescript/checker.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import type { Session } from "./session.ts";

/** @param uri of the document that the instruction is about; its folder's compiler checks others beside it, too */
export function instructionDeps(session: Session, uri: string) {
  const sources = session.sourcesOf(uri);
  return {
    model: session.modelFor(""), // without the folder's adapter, which has learnt to complete
    sources,
    async checkerOf(document: OpenDocument): Promise<Checker | undefined> {
      const opened = await openChecker(document, sources, session.compilerOf(uri), session.pythonTypesOf(uri));
      return "checker" in opened ? opened.checker : undefined;
    },
    filters: session.configuration.filters,
    allowsSmall: session.configuration.smallModelChanges,
  };
}
