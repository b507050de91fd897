// Runs the editor tests in a real VS Code (code-server) with a real Chromium: first test/editor/suite inside the extension host, then
// test/editor/e2e on the page's DOM. Prints each test, ends with "N passed, N failed". Needs dist/ built.
// Usage: node scripts/editor/runEditorTests.ts [suite | PART OF AN E2E FILE'S NAME ...]

import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { countsInWords } from "../testCounts.ts";
import { type CodeServer, startCodeServer } from "./codeServer.ts";
import { runInside } from "./insideExtensionHost.ts";
import { EditorWindow } from "./page.ts";
import { type Scenario, testSettings } from "./scenario.ts";
import { setUpCodeServer } from "./setupCodeServer.ts";

const SUITE_TIMEOUT_MS = 300_000;
const LOG_LINES = 40; // about completions, told with what failed
const repository = packageRoot(import.meta.dirname);
const outputDir = path.join(repository, ".vscode-test", "editor"); // logs and screenshots of what failed
const installation = setUpCodeServer();
let passed = 0;
let failed = 0;
let skipped = 0;
let current: { server?: CodeServer; window?: EditorWindow } = {};

function report(name: string, state: "passed" | "failed" | "skipped", ms?: number, error?: string): void {
  if (state === "passed") passed++;
  if (state === "failed") failed++;
  if (state === "skipped") skipped++;
  const mark = { passed: "ok  ", failed: "FAIL", skipped: "skip" }[state];
  process.stdout.write(`${mark} ${name}${ms === undefined ? "" : ` (${Math.round(ms)} ms)`}\n`);
  if (error) print(error);
}

const print = (text: string) => process.stdout.write(`     ${text.replaceAll("\n", "\n     ")}\n`);

const outcomesOf = (server: CodeServer) =>
  `what came of the completions:\n${server.outcomes().split("\n").slice(-LOG_LINES).join("\n")}`;

function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), "sotto-test-"));
}

function copyOfSamples(folder: string): string {
  const workspace = path.join(folder, "samples");
  cpSync(path.join(repository, "samples"), workspace, { recursive: true });
  return workspace;
}

async function cleanUp(): Promise<void> {
  const { server, window } = current;
  current = {};
  await window?.close();
  await server?.stop();
}

async function runSuite(): Promise<void> {
  const folder = temporaryFolder();
  const resultsFile = path.join(folder, "results.json");
  try {
    const server = await startCodeServer({
      installation,
      workspace: copyOfSamples(folder),
      extension: "development",
      logFile: path.join(outputDir, "suite.code-server.log"),
      env: { SOTTO_TEST_RESULTS: resultsFile },
      settings: testSettings,
    });
    current = { server };
    const window = await EditorWindow.launch();
    current.window = window;
    const end = await runInside(server, window, {
      script: path.join(repository, "dist", "test", "suite", "index.cjs"),
      logFile: path.join(outputDir, "suite.extension-host.log"),
      print,
      timeoutMs: SUITE_TIMEOUT_MS,
    });
    const results = existsSync(resultsFile)
      ? JSON.parse(readFileSync(resultsFile, "utf8"))
      : { done: false, results: [] };
    for (const { title, state, ms, error } of results.results) report(title, state, ms, error);
    if (failed > 0) print(outcomesOf(server)); // nothing has run before the suite
    if (!results.done) {
      await window.page.screenshot({ path: path.join(outputDir, "suite.png") });
      report("the suite runs to its end", "failed", undefined, `${end}; logs and a screenshot in ${outputDir}`);
    }
  } finally {
    await cleanUp();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runScenario(scenario: Scenario): Promise<void> {
  const folder = temporaryFolder();
  const workspace = copyOfSamples(folder);
  const scratch = path.join(folder, "scratch");
  mkdirSync(scratch);
  let broken = false;
  try {
    const { env, extensionPath } = scenario.prepare?.(scratch, workspace) ?? {};
    const logFile = path.join(outputDir, `${scenario.name}.code-server.log`);
    const settings = { ...testSettings, ...scenario.settings };
    const server = await startCodeServer({
      installation,
      workspace,
      extension: "installed",
      extensionPath,
      logFile,
      env,
      settings,
      trusted: scenario.trusted,
    });
    current = { server };
    const window = await EditorWindow.launch();
    current.window = window;
    await window.open(server.url());
    for (const step of scenario.steps) {
      const name = `${scenario.name}: ${step.name}`;
      if (broken) {
        report(name, "skipped");
        continue;
      }
      const start = performance.now();
      try {
        await step.run({ window, server, workspace, scratch, print });
        report(name, "passed", performance.now() - start);
      } catch (error) {
        broken = true;
        const screenshot = path.join(outputDir, `${scenario.name}.png`);
        await window.page.screenshot({ path: screenshot }).catch(() => {});
        const told = `${(error as Error).stack}\nscreenshot: ${screenshot}\n${outcomesOf(server)}`;
        report(name, "failed", performance.now() - start, told);
      }
    }
  } catch (error) {
    report(`${scenario.name}: a window opens`, "failed", undefined, String((error as Error).stack));
  } finally {
    await cleanUp();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => void cleanUp().finally(() => process.exit(130)));
}
const asked = process.argv.slice(2);
mkdirSync(outputDir, { recursive: true });
if (asked.length === 0 || asked.includes("suite")) await runSuite();
for (const file of globSync("test/editor/e2e/*.ts", { cwd: repository }).sort()) {
  if (asked.length > 0 && !asked.some((name) => path.basename(file).includes(name))) continue;
  const { scenario }: { scenario: Scenario } = await import(pathToFileURL(path.join(repository, file)).href);
  await runScenario(scenario);
}
process.stdout.write(`${countsInWords({ passed, failed, skipped })}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
