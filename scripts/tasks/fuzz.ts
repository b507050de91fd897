// `npm run fuzz -- TARGET [--inputs N]`: fuzzes a parser of foreign bytes; the options are in lab/fuzz/fuzz.ts.

import path from "node:path";
import { root, run } from "../steps.ts";

const script = path.join(root, "lab", "fuzz", "fuzz.ts");
process.exit(run(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...process.argv.slice(2)]));
