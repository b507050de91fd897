// Counts the wrong copies of siblings in predictions that `sotto evaluate --predictions` has written.
//
// node lab/evaluate/countSiblingCopies.ts --cases F.jsonl --root FOLDER PREDICTIONS.jsonl…

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readCases } from "../../cli/evaluation/cases.ts";
import { isSiblingCopy, linesOf } from "../../cli/evaluation/siblingCopies.ts";
import { isExactMatch } from "../../finetune/norm.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: "string" }, root: { type: "string" } },
});
if (!values.cases || !values.root) throw new Error("--cases and --root are needed");

const cases = new Map(readCases(values.cases).map((value) => [value.id, value]));
const lines = await linesOf(folderWorkspace(values.root));
for (const file of positionals) {
  const predictions = readFileSync(file, "utf8").trimEnd().split("\n");
  const counts = { cases: predictions.length, shown: 0, right: 0, siblingCopies: 0 };
  for (const line of predictions) {
    const { id, text } = JSON.parse(line) as { id: string; text: string };
    const value = cases.get(id);
    if (!value) throw new Error(`${file} has a prediction for ${id}, which is none of the cases`);
    if (text.trim() !== "") counts.shown++;
    if (isExactMatch(text, value.expected ?? "")) counts.right++;
    if (isSiblingCopy(text, value, lines)) counts.siblingCopies++;
  }
  console.log(file, JSON.stringify(counts));
}
