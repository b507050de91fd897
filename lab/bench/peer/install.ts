// Installs llama.cpp for the benches beside this file: node-llama-cpp and its library for this platform's processor, and nothing for graphics
// cards (all of its optional packages are more than a gigabyte, this one is 20 MB). Runs no install scripts.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = import.meta.dirname;
const modules = path.join(folder, "node_modules");

const LIBRARIES: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "mac-x64",
  "darwin-arm64": "mac-arm64-metal",
  "win32-x64": "win-x64",
  "win32-arm64": "win-arm64",
};

/** Installs what is missing. @throws Error when npm cannot, or when there is no library for this platform */
export function installPeer(): void {
  const platform = `${process.platform}-${process.arch}`;
  const library = LIBRARIES[platform];
  if (library === undefined)
    throw new Error(`node-llama-cpp has no library for ${platform}: run the bench without --peer`);
  const version: string = readJson(path.join(folder, "package.json")).dependencies["node-llama-cpp"];
  const wanted = ["node-llama-cpp", `@node-llama-cpp/${library}`];
  if (wanted.every((name) => installedVersion(name) === version)) return;
  console.error(`Installing node-llama-cpp ${version} for the bench …`);
  const flags = ["--no-save", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  npm("install", ...flags, `@node-llama-cpp/${library}@${version}`);
}

/** The module's own URL: it is no dependency of this repository's, so it cannot be imported by its name. */
export const peerModuleUrl = (): string => pathToFileURL(path.join(modules, "node-llama-cpp", "dist", "index.js")).href;

function installedVersion(name: string): string | undefined {
  const file = path.join(modules, name, "package.json");
  return existsSync(file) ? readJson(file).version : undefined;
}

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** Runs npm here; what an outer `npm run` leaks into the environment would point it to the outer package. */
function npm(...args: string[]): void {
  const leaked = /^npm_(config_(local_)?prefix|package_|lifecycle_|command)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !leaked.test(name)));
  const script = process.env.npm_execpath?.endsWith(".js") ? process.env.npm_execpath : undefined;
  const [file, ...before] = script ? [process.execPath, script] : ["npm"];
  execFileSync(file, [...before, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32" && file === "npm",
  });
}
