// A command inside a network namespace that has nothing but loopback, where the system lets us make one; else as it is, and that is said.

import { spawnSync } from "node:child_process";

export interface Networkless {
  command: readonly string[];
  /** What the command can reach. */
  said: string;
  /** It has this machine's network, so that its tests show nothing about what is not sent. */
  hasNetwork: boolean;
}

const succeeds = (file: string, args: readonly string[]): boolean => spawnSync(file, args).status === 0;

/** @param isPossible whether a command of the system ends well */
export function withoutNetwork(command: readonly string[], isPossible = succeeds): Networkless {
  const unshare = [process.getuid?.() === 0 ? "-n" : "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  if (process.platform === "linux" && isPossible("unshare", [...unshare, "true"]))
    return { command: ["unshare", ...unshare, ...command], said: "network: loopback only", hasNetwork: false };
  const said =
    "network: this machine's (no namespace without one can be made here: `unshare` is missing or not allowed)";
  return { command, said, hasNetwork: true };
}
