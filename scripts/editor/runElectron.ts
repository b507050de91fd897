// The tests of test/editor/suite in a desktop VS Code: downloads one on its first run, or takes the executable that VSCODE names.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { countsInWords } from "../testCounts.ts";
import { testSettings } from "./scenario.ts";

const repository = packageRoot(import.meta.dirname);
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-test-"));
const workspace = path.join(folder, "samples");
const resultsFile = path.join(folder, "results.json");
const user = path.join(folder, "data", "User");
cpSync(path.join(repository, "samples"), workspace, { recursive: true });
mkdirSync(user, { recursive: true });
writeFileSync(
  path.join(user, "settings.json"),
  JSON.stringify({ ...testSettings, "workbench.welcomePage.walkthroughs.openOnInstall": false }),
);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const done = await runTests({
    version: process.env.VSCODE_VERSION ?? "stable",
    vscodeExecutablePath: process.env.VSCODE,
    extensionDevelopmentPath: repository,
    extensionTestsPath: path.join(repository, "dist", "test", "suite", "index.cjs"),
    extensionTestsEnv: {
      SOTTO_TEST_RESULTS: resultsFile,
      SOTTO_RUNTIME_DIR: path.join(folder, "run"),
      SOTTO_DATA_DIR: path.join(folder, "sotto"),
    },
    launchArgs: [
      workspace,
      ...["--user-data-dir", path.join(folder, "data"), "--extensions-dir", path.join(folder, "extensions")],
      ...["--disable-workspace-trust", "--skip-welcome", "--skip-release-notes"],
    ],
  }).then(
    () => true,
    (error) => {
      process.stdout.write(`${error}\n`);
      return false;
    },
  );
  for (const { title, state, error } of JSON.parse(readFileSync(resultsFile, "utf8")).results) {
    if (state === "passed") passed++;
    if (state === "failed") failed++;
    if (state === "skipped") skipped++;
    process.stdout.write(`${state === "passed" ? "ok  " : state} ${title}\n${error ? `${error}\n` : ""}`);
  }
  if (!done && failed === 0) failed++;
} catch (error) {
  process.stdout.write(`The tests could not be run in a desktop VS Code: ${error}\n`);
  failed++;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.stdout.write(`${countsInWords({ passed, failed, skipped })}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
