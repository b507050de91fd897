// `npm run bench -- NAME [--peer]`: a bench of lab/bench, through the command line (`sotto bench`); the JSON line is the last on stdout.

import path from "node:path";
import { root, run } from "../steps.ts";

const main = path.join(root, "cli", "main.ts");
process.exit(
  run(process.execPath, ["--disable-warning=ExperimentalWarning", main, "bench", "--json", ...process.argv.slice(2)]),
);
