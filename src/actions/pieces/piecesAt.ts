// The missing pieces at a place of a document, or why there are none: the compiler's in TypeScript and JavaScript, the text's in
// Python. Returns edits; applies none.

import { documentedIds } from "../../../common/syntax/languages.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { CompilerChecker } from "../../typescript/checker.ts";
import { NO_PIECE, type Piece, type PiecesFound } from "../../typescript/pieces/piece.ts";
import type { Range } from "../../typescript/unresolved.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { isGenerated, NO_FIX, reasonOfFailure } from "../fix/fixAt.ts";
import { pythonChecker } from "../fix/python/pythonChecker.ts";
import { pythonPieces } from "./python/pythonPieces.ts";

export type PiecesAt = { pieces: Piece[]; refused: PiecesFound["refused"] } | { reason: string };

/** Whether pieces are looked for in a language. */
export const hasPieces = (languageId: string): boolean => documentedIds.includes(languageId);

/**
 * @param range the lines that are asked about, in UTF-16 units
 * @param open opens the checker of a document that is not in Python
 * @throws UserError and what the checker throws, where it is neither late nor broken
 */
export async function piecesAt(
  document: OpenDocument,
  range: Range,
  sources: Sources | undefined,
  open: () => Promise<CompilerChecker | { reason: unknown }> | undefined,
): Promise<PiecesAt> {
  if (!hasPieces(document.languageId)) return { reason: NO_FIX.unsupportedLanguage };
  if (await refusalToComplete(document.path, sources?.workspace)) return { reason: NO_FIX.ignoredFile };
  if (isGenerated(document)) return { reason: NO_FIX.generatedFile };
  try {
    if (document.languageId === "python") {
      const checker = pythonChecker(document, sources);
      return checker
        ? reasoned(await pythonPieces(document, range, checker, sources?.workspace))
        : { reason: NO_FIX.noTree };
    }
    const checker = await open();
    if (!checker || "reason" in checker) return { reason: NO_FIX.noChecker };
    return reasoned(await checker.pieces(range));
  } catch (error) {
    const reason = reasonOfFailure(error);
    if (reason === undefined) throw error;
    return { reason: NO_FIX[reason] };
  }
}

function reasoned(found: PiecesFound): PiecesAt {
  if (found.pieces.length > 0) return found;
  const [first] = found.refused;
  return { reason: first ? NO_PIECE[first.reason] : "nothing is missing there that the types ask for" };
}
