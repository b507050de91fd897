// The checker of a command's file, in this process: the workspace's TypeScript compiler or Sotto's, for Python its text and an installed tool.

import { badInput, UserError } from "../common/errors.ts";
import { documentedIds } from "../common/syntax/languages.ts";
import { openChecker } from "../src/actions/fix/openChecker.ts";
import { PythonTools } from "../src/actions/fix/python/pythonTools.ts";
import type { Sources } from "../src/context/sources/sources.ts";
import type { Checker } from "../src/typescript/checker.ts";
import { compilerName, loadCompiler, shippedCompiler } from "../src/typescript/loadCompiler.ts";
import { slashed } from "../src/typescript/projectFiles.ts";
import { Projects } from "../src/typescript/projects.ts";
import type { OpenDocument } from "../src/workspace/documents.ts";

/** @throws UserError where nothing can check the file */
export async function openedChecker(
  document: OpenDocument,
  root: string,
  sources: Sources,
  log: (message: string) => void,
): Promise<{ checker: Checker; checkedBy: string; dispose(): void }> {
  if (document.languageId === "python") {
    const tools = new PythonTools(log);
    const types = tools.of(root);
    const opened = await openChecker(document, sources, undefined, types);
    if ("reason" in opened) throw badInput(`${document.path} cannot be parsed in time.`, "Choose a smaller file.");
    const checkedBy = types ? `its own text and ${types.program}` : "its own text";
    return { ...opened, checkedBy, dispose: () => tools.dispose() };
  }
  const found = loadCompiler({ root, shippedCompiler: shippedCompiler() }, log);
  if (!found) throw badInput(`${root} has no TypeScript that Sotto can ask.`, "Install typescript 4.7 to 6 there.");
  const { compiler, of } = found;
  const projects = new Projects(compiler, { root: slashed(root) });
  const checker = await projects.checkerOf(`${slashed(root)}/${document.path}`, document.text.getText());
  if ("reason" in checker)
    throw badInput(`${document.path} is in no program that can be checked.`, "See its tsconfig.json.");
  const checkedBy = compilerName({ version: compiler.version, of });
  return { checker, checkedBy, dispose: () => projects.dispose() };
}

/** The checker of the file, or none, with the reason logged: then only its syntax is checked. */
export async function checkerIfAny(...[document, root, sources, log]: Parameters<typeof openedChecker>) {
  if (!documentedIds.includes(document.languageId)) return undefined;
  try {
    const opened = await openedChecker(document, root, sources, log);
    log(`Checked by ${opened.checkedBy}.`);
    return opened;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log(`Not checked by a compiler: ${error.message}`);
    return undefined;
  }
}
