// `npm run generate`: writes what is generated from the typed tables (package.json's contributions).

import { run } from "../steps.ts";

process.exit(run(process.execPath, ["scripts/generateContributions.ts"]));
