// npm as a tool of other scripts: without install scripts, and without what an outer `npm run` leaks into the environment.

import { execFileSync } from "node:child_process";

/** Runs npm in a folder, its output left out. @throws Error when it fails; its own message is on stderr */
export function npm(folder: string, ...args: string[]): void {
  const env = Object.fromEntries(
    // What an outer `npm run` leaks would send the packages elsewhere.
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_(local_)?prefix|package_|lifecycle_|command)/.test(name),
    ),
  );
  execFileSync("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}
