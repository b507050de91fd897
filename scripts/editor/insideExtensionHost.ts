// Runs a script inside the extension host of a code-server window, as VS Code runs extension tests, and waits for its end.
// What the script finds out it writes to a file of its own.

import { createWriteStream } from "node:fs";
import type { CodeServer } from "./codeServer.ts";
import type { EditorWindow } from "./page.ts";

export interface InsideOptions {
  script: string; // absolute path; exports run()
  logFile: string; // what is written to the console in the extension host
  /** Told of each line that the script writes after "[test] ". */
  print: (line: string) => void;
  timeoutMs: number;
}

/**
 * @param server with its extension in "development"
 * @returns how it ended, in words
 */
export async function runInside(server: CodeServer, window: EditorWindow, options: InsideOptions): Promise<string> {
  const { script, logFile, print, timeoutMs } = options;
  const log = createWriteStream(logFile);
  // The two hooks that VS Code's workbench calls when it runs extension tests.
  await window.page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
    log.write(`${type} ${args.map(String).join(" ")}\n`);
    if (String(args[0]).startsWith("[test] ")) print(args.map(String).join(" ").slice("[test] ".length));
  });
  const ended = new Promise<string>((resolve) => {
    void window.page.exposeFunction("codeAutomationExit", (code: number) => resolve(`exit code ${code}`));
    setTimeout(() => resolve(`no end after ${timeoutMs / 1000} s`), timeoutMs).unref();
  });
  await window.open(server.url([["extensionTestsPath", server.remoteUri(script)]]));
  return ended;
}
