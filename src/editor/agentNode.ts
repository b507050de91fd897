// Which Node runs the agent, and with it everything that the agent starts: the one that the package ships, or the editor's own where there is none
// or where it does not run (another C library, a file system without programs, a lost permission). Must not import `vscode`.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const VERSION_TIMEOUT_MS = 10_000;

export class AgentNode {
  #shipped: string | undefined;

  constructor(extensionPath: string) {
    const file = path.join(extensionPath, "node", process.platform === "win32" ? "node.exe" : "node");
    if (existsSync(file)) this.#shipped = file;
  }

  /** The executable; undefined: the editor's own. */
  get executable(): string | undefined {
    return this.#shipped;
  }

  /** To be asked after a start has failed. @returns why the shipped Node is given up, in words; undefined where it is not to blame */
  async giveUp(): Promise<string | undefined> {
    const shipped = this.#shipped;
    const reason = shipped === undefined ? undefined : await whyNotRunning(shipped);
    if (reason === undefined) return undefined;
    this.#shipped = undefined;
    return `The Node that comes with Sotto does not run here (${reason}): the editor's own takes over.`;
  }
}

/** What keeps a program from telling its version; undefined where it does. */
function whyNotRunning(file: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(file, ["--version"], { timeout: VERSION_TIMEOUT_MS, windowsHide: true }, (error, _stdout, stderr) =>
      resolve(error ? stderr.trim().split("\n")[0] || (error.code ?? error.message).toString() : undefined),
    );
  });
}
