// Installs a real VS Code (code-server) from npm into .tools/, without running any install script. Does nothing where it is there already.
// Needs a network on its first run only; must run before anything that goes into a namespace without one.

import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { npm } from "../npm.ts";

const CODE_SERVER_VERSION = "4.139.1"; // VS Code 1.139.1
const NODE_VERSION = "24.21.0"; // code-server refuses other majors
const tools = path.join(packageRoot(import.meta.dirname), ".tools");

export interface CodeServerInstallation {
  node: string; // the Node 24 that runs it
  entry: string; // code-server's script
}

/**
 * The installed code-server; installs it first where it is missing.
 * @throws Error when npm cannot install it, or on a system that it does not run on
 */
export function setUpCodeServer(): CodeServerInstallation {
  if (process.platform === "win32") throw new Error("code-server does not run on Windows: use npm run test:electron");
  const root = path.join(tools, `code-server-${CODE_SERVER_VERSION}`);
  const server = path.join(root, "node_modules", "code-server");
  const stamp = path.join(root, "installed");
  if (!existsSync(stamp)) {
    const start = performance.now();
    process.stderr.write(`Installing code-server ${CODE_SERVER_VERSION} into .tools/ …\n`);
    install(root, `code-server@${CODE_SERVER_VERSION}`);
    // What its own install script would do, without building the native extras (none is needed).
    const vscode = path.join(server, "lib", "vscode");
    npm(vscode, "install", "--omit=dev");
    npm(path.join(vscode, "extensions"), "install", "--omit=dev");
    link(path.join(vscode, "bin", "remote-cli"), "code-linux.sh", "code-server");
    link(path.join(vscode, "bin", "helpers"), "browser-linux.sh", "browser.sh");
    writeFileSync(stamp, `${new Date().toISOString()}\n`);
    process.stderr.write(`code-server installed in ${((performance.now() - start) / 1000).toFixed(1)} s.\n`);
  }
  return { node: nodeForCodeServer(), entry: path.join(server, "out", "node", "entry.js") };
}

/** How the installed code-server is started; undefined where it is not installed. Installs nothing. */
export function codeServerHere(): readonly string[] | undefined {
  const folder = path.join(tools, `code-server-${CODE_SERVER_VERSION}`);
  if (!existsSync(path.join(folder, "installed"))) return undefined;
  const { node, entry } = setUpCodeServer();
  return [node, entry];
}

/** This Node where its major fits, else the one under .tools/ (where the launcher puts it too). */
function nodeForCodeServer(): string {
  const major = NODE_VERSION.split(".")[0];
  if (process.versions.node.split(".")[0] === major) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const root = path.join(tools, `node-${NODE_VERSION}`);
  const binary = path.join(root, "node_modules", name, "bin", "node");
  if (!existsSync(binary)) install(root, `${name}@${NODE_VERSION}`);
  return binary;
}

/** A folder that holds exactly this package. */
function install(folder: string, what: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify({ name: "tools-for-sotto", private: true })}\n`);
  npm(folder, "install", what);
}

function link(folder: string, target: string, name: string): void {
  rmSync(path.join(folder, name), { force: true });
  symlinkSync(target, path.join(folder, name));
}

if (process.argv[1] === import.meta.filename) setUpCodeServer();
