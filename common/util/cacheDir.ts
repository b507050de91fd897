// The folder for derived files that can be recreated at any time. Owns the choice of the folder, not its contents.

import os from "node:os";
import path from "node:path";

/**
 * The folder for Sotto's derived files: $SOTTO_CACHE_DIR, else "sotto" in the platform's cache folder of this user.
 * The folder may not exist yet.
 */
export function defaultCacheDir(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.SOTTO_CACHE_DIR) return path.resolve(env.SOTTO_CACHE_DIR);
  return path.join(userCacheDir(env, platform), "sotto");
}

function userCacheDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = os.homedir();
  if (platform === "win32") return env.LOCALAPPDATA ?? path.join(home, "AppData", "Local");
  if (platform === "darwin") return path.join(home, "Library", "Caches");
  // The XDG base directory specification: a relative path in the variable is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  return xdg && path.isAbsolute(xdg) ? xdg : path.join(home, ".cache");
}
