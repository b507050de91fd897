// A case's compiler: the case alone, with what it imports unknown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { caseCompiler } from "../../../../cli/evaluation/caseCompiler.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { native, never } from "../../completion/completeAt.ts";

test("case by case, each alone", async () => {
  const compiler = caseCompiler(packageRoot(import.meta.dirname));
  assert.match(compiler!.version, /^\d+\.\d+/);
  const ask = async (path: string, languageId: string, text: string, suggestion: string) => {
    const document = openDocument({ uri: `case:/${path}`, path, languageId, text }, native);
    const question = { document, offset: text.length, text: suggestion, replaceAfter: 0 };
    const answer = await compiler!.unknownIn(question, 0, never);
    return "reason" in answer ? answer.reason : answer.unknown.map(({ name }) => name).join();
  };
  assert.equal(await ask("src/a.ts", "typescript", "export const a = 1;\n", "a.toFixed(); a.toFixd(); b;"), "toFixd,b");
  assert.equal(await ask("src/b.ts", "typescript", "import { a } from './a';\n", "a.whatever; b;"), "b");
  assert.equal(await ask("src/a.tsx", "typescriptreact", "export {};\n", "const x = <A b={c} />;"), "A,c");
  assert.equal(await ask("a.py", "python", "a = 1\n", "b"), "otherLanguage");
});

test("none where none is installed", () => {
  assert.equal(caseCompiler("/there/is/no/such/folder"), undefined);
});
