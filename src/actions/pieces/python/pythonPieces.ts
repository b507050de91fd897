// The missing pieces of a Python file, by its text: each draft is kept if the file then parses and every name in it still comes from somewhere.

import type { Checker } from "../../../typescript/checker.ts";
import { type Drafted, PIECE_KINDS, type PiecesFound } from "../../../typescript/pieces/piece.ts";
import { isWorse } from "../../../typescript/problems.ts";
import type { Range } from "../../../typescript/unresolved.ts";
import type { OpenDocument } from "../../../workspace/documents.ts";
import type { Workspace } from "../../../workspace/workspace.ts";
import { classPieces } from "./classPieces.ts";
import { importedEnums } from "./importedEnums.ts";
import { missingCases } from "./missingCases.ts";
import { PythonFile } from "./pythonFile.ts";

/**
 * @param checker of the document's text
 * @param workspace absent: then nothing of other files is known
 */
export async function pythonPieces(
  document: OpenDocument,
  range: Range,
  checker: Checker,
  workspace?: Pick<Workspace, "read">,
): Promise<PiecesFound> {
  const found: PiecesFound = { pieces: [], refused: [] };
  if (!document.tree) return found;
  const text = document.text.getText();
  const asking = new PythonFile(text, document.tree, range);
  const parser = document.parsers.for("python");
  const imported = parser && workspace && (await importedEnums(asking, document.path, parser, workspace));
  if (!document.tree || document.text.getText() !== text) return found; // it changed while files were read: nobody waits for this answer
  const file = new PythonFile(text, document.tree, range, imported);
  const before = await checker.problems();
  const drafts: Drafted[] = [...missingCases(file), ...classPieces(file)];
  for (const draft of drafts) {
    const { kind } = draft;
    if ("refusal" in draft) {
      found.refused.push({ kind, reason: draft.refusal });
      continue;
    }
    const [changes] = draft.ways;
    if (!changes || isWorse(before, await checker.problemsWith(changes)))
      found.refused.push({ kind, reason: "newProblem" });
    else found.pieces.push({ kind, title: draft.title, changes, mended: [] });
  }
  found.pieces.sort((a, b) => PIECE_KINDS.indexOf(a.kind) - PIECE_KINDS.indexOf(b.kind));
  return found;
}
