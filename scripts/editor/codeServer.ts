// One running code-server (VS Code in the browser) on 127.0.0.1 with a throw-away profile and a model host of its own.
// stop() leaves nothing behind: no process, no file.

import { spawn, spawnSync } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { restrictedSettings } from "../../src/config/settings.ts";
import type { CodeServerInstallation } from "./setupCodeServer.ts";

const START_TIMEOUT_MS = 30_000;
const HOST_IDLE_MS = 2_000;
const TRACE_FILE = "outcomes.log";

export interface CodeServerOptions {
  installation: CodeServerInstallation;
  workspace: string; // the folder that is opened
  /**
   * "installed": linked into a fresh extensions folder, as a person has it. "development": named in the URL, so that tests can run inside
   * the extension host; VS Code then suppresses every toast and dialog. "packaged": what `packages` has.
   */
  extension: "installed" | "development" | "packaged";
  packages?: readonly string[]; // VSIX files, installed before the server starts
  extensionPath?: string; // default: this repository
  logFile: string;
  trusted?: boolean; // false: the workspace is not trusted, and nobody is asked; default true
  password?: string; // none: whoever reaches the port comes in (tests)
  /** Comes before the server's command, to put it into another namespace. */
  within?: readonly string[];
  env?: Readonly<Record<string, string>>;
  settings?: Readonly<Record<string, unknown>>;
}

export interface CodeServer {
  port: number;
  extensionsDir: string;
  /** The address of the window; `payload` reaches the development mode only. */
  url(payload?: [string, string][]): string;
  /** How the window names a file of this machine. */
  remoteUri(file: string): string;
  /** What came of each request for a completion, a line each. */
  outcomes(): string;
  /** Ids of this server's processes that run the given script, such as "agent.cjs" (Linux only). */
  processes(script: string): number[];
  /** Resolves when the server has ended, by itself or not. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
};

/** Those that a server reads from the machine's settings only. */
const quietMachineSettings = { "workbench.welcomePage.walkthroughs.openOnInstall": false };

/** @throws Error when the server does not listen in time; the log file says why */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const extensionPath = options.extensionPath ?? packageRoot(import.meta.dirname);
  const profile = mkdtempSync(path.join(os.tmpdir(), "sotto-vscode-"));
  const runtimeDir = path.join(profile, "run");
  const port = await freePort();
  writeProfile(profile, extensionPath, options);

  const env: NodeJS.ProcessEnv = {
    ...process.env,
    SOTTO_RUNTIME_DIR: runtimeDir,
    SOTTO_DATA_DIR: path.join(profile, "sotto"),
    SOTTO_HOST_IDLE_MS: String(HOST_IDLE_MS),
    SOTTO_TRACE_FILE: path.join(profile, TRACE_FILE),
    ...options.env,
  };
  for (const name of ["VSCODE_IPC_HOOK_CLI", "NODE_OPTIONS", "ELECTRON_RUN_AS_NODE", "PORT", "PASSWORD"])
    delete env[name];
  const args = [
    options.installation.entry,
    ...["--config", path.join(profile, "config.yaml"), "--bind-addr", `127.0.0.1:${port}`],
    ...["--user-data-dir", path.join(profile, "data"), "--extensions-dir", path.join(profile, "extensions")],
    ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    ...(options.trusted === false ? [] : ["--disable-workspace-trust"]),
    // Without this a built VS Code ignores the URL's payload; with it there are no toasts and no dialogs.
    ...(options.extension === "development" ? ["--vscode-option", "enable-smoke-test-driver"] : []),
  ];
  const extensionsDir = path.join(profile, "extensions");
  for (const file of options.packages ?? []) install(file, extensionsDir, options);
  const log = createWriteStream(options.logFile);
  const [command, ...rest] = [...(options.within ?? []), options.installation.node, ...args];
  // A process group of its own: stop() takes all of its children along.
  const child = spawn(command, rest, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });

  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  const stop = async () => {
    killGroup(child.pid, "SIGTERM");
    await Promise.race([ended, sleep(3_000, undefined, { ref: false })]);
    killGroup(child.pid, "SIGKILL");
    await endProcessesOf(runtimeDir); // the model host is detached: it ends by itself, after its last client
    log.end();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`code-server ended with ${code}; see ${options.logFile}`)));
      child.stdout.on("data", (data) => String(data).includes("HTTP server listening") && resolve());
      const late = () =>
        reject(new Error(`code-server did not start in ${START_TIMEOUT_MS / 1000} s; see ${options.logFile}`));
      setTimeout(late, START_TIMEOUT_MS).unref();
    });
  } catch (error) {
    await stop();
    throw error;
  }

  const remoteUri = (file: string) => `vscode-remote://127.0.0.1:${port}${file}`;
  return {
    port,
    extensionsDir,
    remoteUri,
    url(payload = []) {
      const url = new URL(`http://127.0.0.1:${port}/`);
      url.searchParams.set("folder", options.workspace);
      const development: [string, string] = ["extensionDevelopmentPath", remoteUri(extensionPath)];
      if (options.extension === "development")
        url.searchParams.set("payload", JSON.stringify([development, ...payload]));
      return String(url);
    },
    outcomes: () => {
      const file = path.join(profile, TRACE_FILE);
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    },
    processes: (script) =>
      processesOf(runtimeDir).filter((pid) => commandLine(pid).some((part) => part.endsWith(script))),
    ended,
    stop,
  };
}

function writeProfile(
  profile: string,
  extensionPath: string,
  { extension, password, settings }: CodeServerOptions,
): void {
  const user = path.join(profile, "data", "User");
  const machine = path.join(profile, "data", "Machine"); // a server reads what belongs to the machine from there only
  const extensions = path.join(profile, "extensions");
  for (const folder of [user, machine, extensions]) mkdirSync(folder, { recursive: true });
  if (extension === "installed") {
    const { publisher, name, version } = JSON.parse(readFileSync(path.join(extensionPath, "package.json"), "utf8"));
    symlinkSync(extensionPath, path.join(extensions, `${publisher}.${name}-${version}`)); // a new folder is scanned: a link is an install
  }
  const auth = password === undefined ? "auth: none\n" : `auth: password\npassword: ${JSON.stringify(password)}\n`;
  writeFileSync(path.join(profile, "config.yaml"), auth, { mode: 0o600 });
  writeFileSync(path.join(user, "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  const ofMachine = new Set<string>([
    ...restrictedSettings().map((key) => `sotto.${key}`),
    ...Object.keys(quietMachineSettings),
  ]);
  const own = Object.entries(settings ?? {}).filter(([name]) => ofMachine.has(name));
  writeFileSync(
    path.join(machine, "settings.json"),
    JSON.stringify({ ...quietMachineSettings, ...Object.fromEntries(own) }, null, 2),
  );
}

/** As a person installs a package. @throws Error with what the server's command says */
function install(file: string, extensionsDir: string, { installation: { node, entry } }: CodeServerOptions): void {
  const args = ["--extensions-dir", extensionsDir, "--install-extension", file];
  const { status, stderr } = spawnSync(node, [entry, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} could not be installed: ${stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // the group is gone
  }
}

/** Waits for the processes that use this runtime folder to end, and ends those that do not. Linux only: elsewhere they time out by themselves. */
async function endProcessesOf(runtimeDir: string): Promise<void> {
  if (process.platform !== "linux") return;
  const deadlineMs = Date.now() + 2 * HOST_IDLE_MS;
  while (processesOf(runtimeDir).length > 0 && Date.now() < deadlineMs) await sleep(50);
  for (const pid of processesOf(runtimeDir)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // gone meanwhile
    }
  }
}

function processesOf(runtimeDir: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        return environment.includes(`SOTTO_RUNTIME_DIR=${runtimeDir}`) ? [Number(pid)] : []; // a zombie's is empty
      } catch {
        return []; // gone, or another user's
      }
    });
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
