// The folder for data that cannot be recreated: counts, models, adapters, and what a person chose to keep. Owns the choice of the folder, not
// its contents.

import os from "node:os";
import path from "node:path";

/**
 * The folder for Sotto's own data of this user: $SOTTO_DATA_DIR, else one in the platform's folder for data that stays on the machine.
 * The folder may not exist yet.
 */
export function defaultDataDir(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.SOTTO_DATA_DIR) return path.resolve(env.SOTTO_DATA_DIR);
  const home = os.homedir();
  // The cache is "sotto" in the same folder there; and roaming data would leave the machine.
  if (platform === "win32") return path.join(env.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "sotto-data");
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "sotto");
  // The XDG base directory specification: a relative path in the variable is to be ignored.
  const xdg = env.XDG_DATA_HOME;
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, ".local", "share"), "sotto");
}
