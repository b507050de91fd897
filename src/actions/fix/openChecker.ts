// The checker of a document: a TypeScript compiler, or for Python a check of the text, with pyright or mypy where one is installed.

import { fileURLToPath } from "node:url";
import type { Sources } from "../../context/sources/sources.ts";
import type { Checker } from "../../typescript/checker.ts";
import type { CompilerThread } from "../../typescript/thread.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { NoFixReason } from "./fixAt.ts";
import { pythonChecker } from "./python/pythonChecker.ts";
import type { PythonTypes } from "./python/pythonTypes.ts";
import { typedPythonChecker } from "./python/typedPythonChecker.ts";

export async function openChecker(
  document: OpenDocument,
  sources: Sources | undefined,
  compiler: Pick<CompilerThread, "checkerOf"> | undefined,
  types?: PythonTypes | undefined,
): Promise<{ checker: Checker } | { reason: NoFixReason }> {
  if (document.languageId === "python") {
    const checker = pythonChecker(document, sources);
    if (!checker) return { reason: "noTree" };
    const file = types && document.uri.startsWith("file:") ? fileURLToPath(document.uri) : undefined;
    if (!types || file === undefined) return { checker };
    return { checker: typedPythonChecker(checker, types, file, document.text.getText()) };
  }
  const checker = await compiler?.checkerOf(document);
  if (!checker) return { reason: "noChecker" };
  if ("reason" in checker) return { reason: checker.reason === "otherLanguage" ? "unsupportedLanguage" : "noChecker" };
  return { checker };
}
