// Writes the generated tables into README.md and docs/user. Nothing else of those pages is touched.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../common/util/packageRoot.ts";
import { generatedPages } from "./generatedPages.ts";

const root = packageRoot(import.meta.dirname);
for (const { page, fresh } of generatedPages()) writeFileSync(path.join(root, page), fresh);
