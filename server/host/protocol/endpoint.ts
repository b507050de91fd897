// Where to find the model host of this user and build: the private folder, the socket's name, and the secret beside it. Both ends of the socket
// use this. Opens no connection.

import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runtimeDirUnusable } from "../../../common/errors.ts";
import { PROTOCOL_VERSION } from "./limits.ts";

const MAX_SOCKET_PATH_BYTES = 103; // sun_path holds 104 bytes on macOS and 108 on Linux, including the terminating zero
const windows = process.platform === "win32";

export interface Endpoint {
  dir: string; // 0700: holds sockets, secrets and logs
  build: string; // of the host; each build gets a host of its own
  address: string; // of the shared socket (a named pipe on Windows)
  logPath: string;
}

/** What the elected host leaves for its clients, in a file that only this user can read. */
export interface HostSecret {
  token: string;
  pid: number;
}

/**
 * The folder for sockets, created if missing: `chosen`, else a folder in XDG_RUNTIME_DIR, else one in the temporary folder.
 * @throws UserError when it cannot be created, or when others may enter it
 */
export function runtimeDir(chosen = process.env.SOTTO_RUNTIME_DIR): string {
  const { uid } = os.userInfo();
  const session = process.env.XDG_RUNTIME_DIR;
  const dir =
    chosen ??
    (session && isFolder(session)
      ? path.join(session, "sotto")
      : path.join(os.tmpdir(), windows ? "sotto" : `sotto-${uid}`));
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw runtimeDirUnusable(dir, `it cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
  const stat = lstatSync(dir); // in a shared temporary folder someone else may have created it first
  if (!stat.isDirectory()) throw runtimeDirUnusable(dir, "it is not a folder");
  if (!windows && stat.uid !== uid) throw runtimeDirUnusable(dir, "it belongs to another user");
  if (!windows && (stat.mode & 0o077) !== 0) throw runtimeDirUnusable(dir, "other users may enter it");
  return dir;
}

/**
 * The endpoint of the host whose entry is `hostScript`.
 * @throws UserError when the folder is unusable or its path too long for a socket
 */
export function endpointOf(hostScript: string, chosenDir?: string): Endpoint {
  const dir = runtimeDir(chosenDir);
  const build = buildOf(hostScript);
  const name = `h${PROTOCOL_VERSION}-${build}`;
  const address = windows ? `\\\\.\\pipe\\sotto-${os.userInfo().username}-${name}` : path.join(dir, `${name}.sock`);
  // The host first listens on a name of its own, which is not longer than `address` with a process id.
  if (!windows && Buffer.byteLength(ownAddress({ address }, 4_194_304)) > MAX_SOCKET_PATH_BYTES) {
    throw runtimeDirUnusable(dir, "its path is too long for a socket");
  }
  return { dir, build, address, logPath: path.join(dir, `${name}.log`) };
}

/** The name that the host with `pid` listens on before the election. */
export function ownAddress({ address }: Pick<Endpoint, "address">, pid: number): string {
  return windows ? address : `${address}.${pid}`;
}

/**
 * The file with the secret of the host whose socket has `inode`. It is written before the socket gets its shared name, so that socket and
 * secret can never belong to two different hosts.
 */
export function secretPath(endpoint: Endpoint, inode: number): string {
  return path.join(endpoint.dir, `${path.basename(endpoint.address)}.${inode}.secret`);
}

/** Inode of a socket file; 0 where there is none, and for named pipes. */
export function socketInode(address: string): number {
  if (windows) return 0;
  return statSync(address, { throwIfNoEntry: false })?.ino ?? 0;
}

/** The secret of the host that holds the shared socket now; undefined when there is none. */
export function readSecret(endpoint: Endpoint): HostSecret | undefined {
  try {
    const { token, pid } = JSON.parse(readFileSync(secretPath(endpoint, socketInode(endpoint.address)), "utf8"));
    return typeof token === "string" && Number.isSafeInteger(pid) && pid > 1 ? { token, pid } : undefined;
  } catch {
    return undefined;
  }
}

/** Identifies a host's build: another file, or the same file rebuilt, gives another name. */
function buildOf(hostScript: string): string {
  let identity = path.resolve(hostScript);
  try {
    identity = realpathSync(hostScript);
    const { mtimeMs, size } = statSync(identity);
    identity += `\0${mtimeMs}\0${size}`;
  } catch {
    // No such file: starting the host will say so.
  }
  return createHash("sha256").update(identity).digest("hex").slice(0, 8);
}

function isFolder(dir: string): boolean {
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
