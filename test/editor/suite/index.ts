// Entry of `extensionTestsPath`: the same bundle runs in code-server's extension host and in a desktop VS Code (test-electron).
// Writes its results to $SOTTO_TEST_RESULTS after each test, so that a crash of the extension host leaves a trace.

import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";

interface TestResult {
  title: string;
  state: "passed" | "failed" | "skipped";
  ms?: number;
  error?: string;
}

export async function run(): Promise<void> {
  const folder = import.meta.dirname;
  const mocha = new Mocha({ ui: "tdd", timeout: 60_000, color: false, grep: process.env.SOTTO_TEST_GREP || undefined });
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith(".test.cjs")) mocha.addFile(path.join(folder, name));
  }
  const results: TestResult[] = [];
  const save = (done: boolean) => {
    const file = process.env.SOTTO_TEST_RESULTS;
    if (file) writeFileSync(file, JSON.stringify({ done, results }));
  };
  const add = (result: TestResult) => {
    results.push(result);
    save(false);
  };
  save(false);
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      save(true);
      if (failures > 0) reject(new Error(`${failures} tests failed`));
      else resolve();
    });
    runner.on("pass", (test) => add({ title: test.fullTitle(), state: "passed", ms: test.duration }));
    runner.on("fail", (test, error) =>
      add({ title: test.fullTitle(), state: "failed", error: String(error?.stack ?? error) }),
    );
    runner.on("pending", (test) => add({ title: test.fullTitle(), state: "skipped" }));
  });
}
