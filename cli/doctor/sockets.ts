// Finds this user's model hosts by their sockets. Opens no connection.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { readSecret, runtimeDir } from "../../server/host/protocol/endpoint.ts";

export interface HostSocket {
  address: string;
  pid: number | null; // null where the socket has no readable secret
  alive: boolean;
}

/** The folder of the sockets, and each socket in it. @throws UserError when the folder cannot be used */
export function hostSockets(): { dir: string; hosts: HostSocket[] } {
  const dir = runtimeDir();
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith(".sock")) : [];
  const hosts = names.map((name) => {
    const address = path.join(dir, name);
    const pid = readSecret({ dir, address, build: "", logPath: "" })?.pid ?? null;
    return { address, pid, alive: pid !== null && isAlive(pid) };
  });
  return { dir, hosts };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
