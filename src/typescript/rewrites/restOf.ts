// What an edit leaves to do, by kind.

import { changeBetween } from "./edit.ts";
import { restOfImport } from "./imports.ts";
import { restOfMove } from "./movedExports.ts";
import { restOfParameters } from "./parameters.ts";
import type { ProjectView } from "./projectView.ts";
import { renamedIn, restOfRename } from "./rename.ts";
import type { Edited, Rewrite, RewriteKind } from "./rewrite.ts";

const BY_KIND: Readonly<Record<RewriteKind, (view: ProjectView, edited: Edited) => Rewrite>> = {
  rename: restOfRename,
  parameters: restOfParameters,
  import: restOfImport,
  moved: restOfMove,
};

/** @throws what the compiler throws where it has a bug, or was cancelled */
export function restOf(kind: RewriteKind, view: ProjectView, edited: Edited): Rewrite {
  const { start, end, newText } = changeBetween(edited.before, edited.now);
  if (start === end && newText === "") return { reason: "otherEdit" };
  if (kind === "rename" && !renamedIn(edited)) return { reason: "otherEdit" };
  if (syntaxErrorsOf(view, edited.file, edited.now) > syntaxErrorsOf(view, edited.file, edited.before))
    return { reason: "unfinished" };
  return BY_KIND[kind](view, edited);
}

const syntaxErrorsOf = (view: ProjectView, file: string, text: string): number =>
  (view.parsed(file, text) as { parseDiagnostics?: readonly unknown[] }).parseDiagnostics?.length ?? 0;
