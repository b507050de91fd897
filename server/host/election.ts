// Makes sure that one host serves a user. Each candidate listens on a socket of its own; the one whose link() gives its socket the shared name
// wins. Owns the socket files and the secret beside them; knows nothing of what is served.

import { randomBytes } from "node:crypto";
import {
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, type Server } from "node:net";
import path from "node:path";
import { isAlive } from "../../common/util/isAlive.ts";
import { type Endpoint, type HostSecret, ownAddress, secretPath, socketInode } from "./protocol/endpoint.ts";

const windows = process.platform === "win32";

export interface Elected {
  token: string;
  /** False once another host has the shared name. Rarely, two starters that both removed a dead host's socket end this way. */
  holds: () => boolean;
  /** Removes the shared socket and the secret, if they are still this host's. */
  withdraw: () => void;
}

/** Error codes of file systems that cannot hard-link a socket. A symbolic link is as exclusive there, but the socket must keep its own name. */
const NO_HARD_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/**
 * Lets `server` listen at `endpoint`. Undefined when another living host has the endpoint: then this process is not needed.
 * @param link makes a hard link (tests pass one that cannot)
 */
export async function standForElection(
  server: Server,
  endpoint: Endpoint,
  link: typeof linkSync = linkSync,
): Promise<Elected | undefined> {
  const own = ownAddress(endpoint, process.pid);
  if (!windows) rmSync(own, { force: true }); // left by an earlier process with our process id
  if (!(await listen(server, own))) return undefined;
  if (!windows) chmodSync(own, 0o600);

  const inode = socketInode(own);
  const secretFile = secretPath(endpoint, inode);
  const secret: HostSecret = { token: randomBytes(32).toString("hex"), pid: process.pid };
  rmSync(secretFile, { force: true }); // left by a killed host whose socket had the same inode
  writeFileSync(secretFile, JSON.stringify(secret), { flag: "wx", mode: 0o600 });

  const way = windows ? "pipe" : await takeName(own, endpoint.address, link);
  if (way === "linked" || way === undefined) rmSync(own, { force: true });
  if (way === undefined) {
    rmSync(secretFile, { force: true });
    return undefined;
  }
  removeLeftovers(endpoint);
  const holds = () => windows || socketInode(endpoint.address) === inode;
  const withdraw = () => {
    if (!windows && holds()) rmSync(endpoint.address, { force: true });
    if (way === "symlinked") rmSync(own, { force: true });
    rmSync(secretFile, { force: true });
  };
  return { token: secret.token, holds, withdraw };
}

/** False when the name is taken (a named pipe that another host serves). */
function listen(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(false) : reject(error));
    server.once("error", onError);
    server.listen(address, () => {
      server.off("error", onError);
      resolve(true);
    });
  });
}

/** Gives the socket `own` the shared name too, and returns how. Undefined when a living host has that name. */
async function takeName(
  own: string,
  shared: string,
  link: typeof linkSync,
): Promise<"linked" | "symlinked" | undefined> {
  for (;;) {
    try {
      return giveName(own, shared, link); // link() fails where the name exists, so exactly one candidate wins
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const seen = socketInode(shared);
    if (await answers(shared)) return undefined;
    moveAside(own, shared, seen);
  }
}

function giveName(own: string, shared: string, link: typeof linkSync): "linked" | "symlinked" {
  try {
    link(own, shared);
    return "linked";
  } catch (error) {
    if (!NO_HARD_LINKS.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    symlinkSync(path.basename(own), shared);
    return "symlinked";
  }
}

/** Moves a dead host's socket out of the way; puts it back if it is no longer the socket that did not answer. */
function moveAside(own: string, shared: string, seen: number): void {
  const aside = `${own}.old`;
  try {
    renameSync(shared, aside);
    if (socketInode(aside) !== seen) linkSync(aside, shared);
  } catch {
    // Another starter was faster; the next attempt sees what that one left.
  } finally {
    rmSync(aside, { force: true });
  }
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Removes what killed hosts left behind: their own sockets, and secrets. */
function removeLeftovers(endpoint: Endpoint): void {
  const base = path.basename(endpoint.address);
  for (const name of readdirSync(endpoint.dir)) {
    if (!name.startsWith(`${base}.`)) continue;
    const file = path.join(endpoint.dir, name);
    const pid = name.endsWith(".secret") ? pidIn(file) : Number.parseInt(name.slice(base.length + 1), 10);
    if (pid !== undefined && !isAlive(pid)) rmSync(file, { force: true });
  }
}

function pidIn(secretFile: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(secretFile, "utf8")) as HostSecret).pid;
  } catch {
    return undefined; // another candidate is still writing it, or it is gone
  }
}
