// Writes the `contributes` and `capabilities` parts of package.json from the tables in src/config/. Nothing else of that file is touched.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../common/util/packageRoot.ts";
import { contributions } from "../src/config/contributions.ts";

const file = path.join(packageRoot(import.meta.dirname), "package.json");
const manifest = JSON.parse(readFileSync(file, "utf8"));
writeFileSync(file, `${JSON.stringify({ ...manifest, ...contributions() }, null, 2)}\n`);
