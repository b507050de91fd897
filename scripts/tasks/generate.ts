// `npm run generate`: writes what is generated from the typed tables: package.json's contributions, and the tables of docs/user.

import { run } from "../steps.ts";

for (const script of ["scripts/generateContributions.ts", "scripts/generatePages.ts"]) {
  const status = run(process.execPath, ["--disable-warning=ExperimentalWarning", script]);
  if (status !== 0) process.exit(status);
}
