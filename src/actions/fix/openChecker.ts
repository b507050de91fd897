// The checker of a document: the workspace's TypeScript compiler, or for Python a check of the text alone.

import type { Sources } from "../../context/sources/sources.ts";
import type { Checker } from "../../typescript/checker.ts";
import type { CompilerThread } from "../../typescript/thread.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { NoFixReason } from "./fixAt.ts";
import { pythonChecker } from "./python/pythonChecker.ts";

export async function openChecker(
  document: OpenDocument,
  sources: Sources | undefined,
  compiler: Pick<CompilerThread, "checkerOf"> | undefined,
): Promise<{ checker: Checker } | { reason: NoFixReason }> {
  if (document.languageId === "python") {
    const checker = pythonChecker(document, sources);
    return checker ? { checker } : { reason: "noTree" };
  }
  const checker = await compiler?.checkerOf(document);
  if (!checker) return { reason: "noChecker" };
  if ("reason" in checker) return { reason: checker.reason === "otherLanguage" ? "unsupportedLanguage" : "noChecker" };
  return { checker };
}
