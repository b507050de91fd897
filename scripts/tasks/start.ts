// `npm start [-- FOLDER | --once]`: builds, verifies the model, completes places of the sample workspace in the terminal, then opens a real VS Code
// on the given folder, else on the samples: the desktop `code` where there is one, else code-server on 127.0.0.1 with a generated password. With
// --once, or without a terminal: code-server and a headless Chromium prove the ghost text on the screen, and everything ends. No process outlives
// this one.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { requireWhole, verifyModel } from "../../server/engine/models/catalog.ts";
import { isTierThere, tierDir } from "../../server/engine/models/tiers.ts";
import { TIERS } from "../../server/host/protocol/tiers.ts";
import { type CodeServer, startCodeServer } from "../editor/codeServer.ts";
import { EditorWindow } from "../editor/page.ts";
import { setUpCodeServer } from "../editor/setupCodeServer.ts";
import { tour } from "../editor/terminalTour.ts";
import { build, root } from "../steps.ts";

const samples = path.join(root, "samples");
const startMs = performance.now();
const print = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (sinceMs: number) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
const undo: (() => unknown)[] = []; // what has been started or written, the latest first
let undoing: Promise<void> | undefined;

function cleanUp(): Promise<void> {
  undoing ??= (async () => {
    for (const step of undo) await step();
  })();
  return undoing;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-start-"));
  undo.unshift(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Sotto's two models, or the quick one where the strong one is not there. */
async function verify(): Promise<void> {
  for (const tier of TIERS) {
    if (tier === "strong" && !isTierThere(tier)) continue;
    const sinceMs = performance.now();
    const model = await verifyModel(tierDir(tier));
    requireWhole(model);
    const { id, files } = model;
    const megabytes = files.reduce((sum, file) => sum + file.sizeBytes, 0) / 1e6;
    print(
      `The ${tier} model ${id}: ${files.length} files, ${megabytes.toFixed(0)} MB, all as their sha256 says (${seconds(sinceMs)})`,
    );
  }
}

/** @param password of a person, who gets the walkthrough as after an installation; without one nobody looks */
async function openCodeServer(workspace: string, folder: string, password?: string): Promise<CodeServer> {
  const installation = setUpCodeServer();
  const logFile = path.join(folder, "code-server.log");
  const settings = {
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.welcomePage.walkthroughs.openOnInstall": password !== undefined,
  };
  const server = await startCodeServer({
    installation,
    workspace,
    extension: "installed",
    logFile,
    password,
    settings,
  });
  undo.unshift(() => server.stop());
  return server;
}

/** A window that nobody sees: types into a file, reads the ghost text off the screen, takes it, reads the file from the disk. */
async function proveGhostText(): Promise<void> {
  const folder = temporaryFolder();
  const workspace = path.join(folder, "samples");
  cpSync(samples, workspace, { recursive: true });
  writeFileSync(
    path.join(workspace, "src", "area.ts"),
    "export function area(width: number, height: number): number {\n  \n}\n",
  );
  const server = await openCodeServer(workspace, folder);
  const window = await EditorWindow.launch();
  undo.unshift(() => window.close());
  const sinceMs = performance.now();
  await window.open(server.url());
  const status = await window.waitForStatus(/^Sotto: (ready|failed)/, 60_000);
  print(`VS Code in Chromium, after ${seconds(sinceMs)}: ${status}`);
  await window.openFile("area.ts");
  await window.goTo(2, 3);
  await window.page.keyboard.type("return ", { delay: 60 });
  const typedMs = performance.now();
  const ghost = await window.waitForGhostText();
  print(
    `Typed "return " into area.ts; ghost text on the screen after ${Math.round(performance.now() - typedMs)} ms: ${JSON.stringify(ghost)}`,
  );
  await window.page.keyboard.press("Tab");
  await window.save();
  print("Tab took it, and the file was saved.");
}

/** Opens the desktop VS Code where there is one. */
function openDesktop(folder: string): boolean {
  const windows = process.platform === "win32";
  const name = windows ? "code.cmd" : "code";
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  if (!folders.some((folder) => existsSync(path.join(folder, name)))) return false;
  const args = ["--new-window", `--extensionDevelopmentPath=${root}`, folder];
  const quoted = windows ? args.map((arg) => `"${arg}"`) : args;
  return spawnSync(name, quoted, { stdio: "inherit", shell: windows }).status === 0;
}

/** VS Code in the person's own browser, until Ctrl+C. */
async function serve(folder: string): Promise<void> {
  const password = randomBytes(12).toString("base64url");
  const server = await openCodeServer(folder, temporaryFolder(), password);
  print(`\nVS Code is at   ${server.url()}`);
  print(`its password is ${password}`);
  print("Open a file, type at the end of a line, press Tab to accept. Ctrl+C here ends it.");
  await server.ended; // a signal ends this process before
  if (!undoing) print("code-server has ended by itself.");
}

/** @throws UsageFault */
function askedFor(args: readonly string[]): { folder: string; once: boolean } {
  const [option] = args.filter((arg) => arg.startsWith("-") && arg !== "--once");
  if (option !== undefined) throw new UsageFault(`There is no option ${option}; there is --once.`);
  const once = args.includes("--once");
  const [given, ...more] = args.filter((arg) => arg !== "--once");
  if (more.length > 0 || (once && given !== undefined))
    throw new UsageFault("npm start takes one folder, and none with --once.");
  if (given === undefined) return { folder: samples, once };
  const folder = path.resolve(process.env.INIT_CWD ?? ".", given);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageFault(`${folder} is no folder.`);
  return { folder, once };
}

class UsageFault extends Error {}

async function main(): Promise<void> {
  const { folder, once } = askedFor(process.argv.slice(2));
  build();
  print(`Built (${seconds(startMs)})`);
  await verify();
  await tour(samples, print);
  if (once || !process.stdout.isTTY) await proveGhostText();
  else if (openDesktop(folder)) print(`VS Code is open on ${folder}.`);
  else await serve(folder);
  await cleanUp();
  print(`Done in ${seconds(startMs)}.`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void cleanUp().finally(() => process.exit(signal === "SIGINT" ? 0 : 143)));
}
try {
  await main();
} catch (error) {
  await cleanUp();
  if (error instanceof UsageFault) {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  const { name, message, action, stack } = error as Error & { action?: string };
  process.stderr.write(name === "UserError" ? `${message} ${action}\n` : `${stack}\n`);
  process.exit(1);
}
