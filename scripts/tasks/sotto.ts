// `npm run --silent sotto -- …`: builds, then runs the command line of dist/ in the caller's folder.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { build, root } from "../steps.ts";

build();
const result = spawnSync(process.execPath, [path.join(root, "dist", "cli.cjs"), ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: "inherit",
});
process.exit(result.status ?? 130);
