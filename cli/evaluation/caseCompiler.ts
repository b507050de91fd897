// The TypeScript compiler as a case's language service: unless a folder is given the case is the only file, and its imports have the type any.
// Waits for the answer: what is shown must not depend on how busy the machine is.

import path from "node:path";
import type { SymbolCheck } from "../../src/completion/symbols/symbolCheck.ts";
import { loadCompiler } from "../../src/typescript/loadCompiler.ts";
import { Projects } from "../../src/typescript/projects.ts";

/** A folder that does not exist: there are no files around a case. */
const NOWHERE = "/case";

export interface CaseCompiler extends SymbolCheck {
  version: string;
}

/**
 * @param folder its `node_modules` may contain the compiler
 * @param root the folder of the case's file, where there is one
 * @returns undefined where there is no compiler
 */
export function caseCompiler(folder: string, root = NOWHERE): CaseCompiler | undefined {
  const found = loadCompiler({ root: path.resolve(folder) }, () => {});
  if (!found) return undefined;
  const { compiler } = found;
  const projects = new Projects(compiler, { root });
  return {
    version: compiler.version,
    prepare() {},
    async unknownIn({ document, offset, text, replaceAfter }) {
      const file = path.posix.join(root, document.path);
      projects.setText(file, document.text.getText());
      try {
        const reason = await projects.build(file);
        return reason ? { reason } : projects.unknownIn(file, { offset, text, replaceAfter });
      } finally {
        projects.setText(file, undefined);
      }
    },
  };
}
