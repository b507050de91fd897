// The compiler's answers about edits in this process: for commands, which wait as long as it takes.

import { fileURLToPath } from "node:url";
import type { CompilerForEdits } from "../src/actions/nextEdit/sources/compilerSources.ts";
import type { NoSymbolsReason } from "../src/completion/symbols/symbolCheck.ts";
import { loadCompiler, shippedCompiler } from "../src/typescript/loadCompiler.ts";
import type { Project } from "../src/typescript/project.ts";
import { slashed } from "../src/typescript/projectFiles.ts";
import { Projects } from "../src/typescript/projects.ts";
import type { OpenDocument } from "../src/workspace/documents.ts";

/** @param root absolute path of the workspace folder @returns undefined where it has no compiler that can be asked */
export function compilerInProcess(
  root: string,
  log: (line: string) => void,
): (CompilerForEdits & { dispose(): void }) | undefined {
  const found = loadCompiler({ root, shippedCompiler: shippedCompiler() }, log);
  if (!found) return undefined;
  const projects = new Projects(found.compiler, { root: slashed(root) });
  const opened = async (
    document: OpenDocument,
  ): Promise<{ failure: NoSymbolsReason } | { file: string; project: Project }> => {
    const file = slashed(fileURLToPath(document.uri));
    projects.setText(file, document.text.getText());
    const failure = await projects.build(file);
    const project = projects.of(file);
    return failure || !project ? { failure: failure ?? "noProgram" } : { file, project };
  };
  return {
    async rewrite(document, before, of, _, signal) {
      const one = await opened(document);
      return "failure" in one ? one : one.project.rewrite(one.file, before, of, () => signal.aborted);
    },
    async broken(document, before, _, signal) {
      const one = await opened(document);
      return "failure" in one ? one : one.project.broken(one.file, before, () => signal.aborted);
    },
    async addsProblem(document, changes, _, signal) {
      const one = await opened(document);
      return "failure" in one ? one : one.project.addsProblem(one.file, changes, () => signal.aborted);
    },
    checkerOf: (document) => projects.checkerOf(slashed(fileURLToPath(document.uri)), document.text.getText()),
    dispose: () => projects.dispose(),
  };
}
