// `npm run evaluate [-- OPTION ...]`: the evaluation on the repository's own small set of cases, or on those of --cases.

import path from "node:path";
import { root, run } from "../steps.ts";

const given = process.argv.slice(2);
const cases = given.some((argument) => argument.startsWith("--cases"))
  ? []
  : ["--cases", path.join(root, "test", "eval", "own.jsonl")];
const main = path.join(root, "cli", "main.ts");
process.exit(run(process.execPath, ["--disable-warning=ExperimentalWarning", main, "evaluate", ...cases, ...given]));
