// Finds the model host's process by its socket, starts it detached, and kills it when it no longer answers.
// Knows the process, not the messages; hostConnection.ts decides when to do which.

import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { hostUnavailable } from "../../common/errors.ts";
import {
  type Endpoint,
  endpointOf,
  type HostSecret,
  readSecret,
  socketInode,
} from "../../server/host/protocol/endpoint.ts";

/** Variables that would change the host's Node, or tie it to the editor window that happened to start it. */
const EDITOR_VARIABLES = /^(NODE_OPTIONS|NODE_CHANNEL_|VSCODE_|ELECTRON_)/;

/** On Linux the host's memory lies in one arena of glibc's malloc: with one for each thread, 25 MB more stay resident with both models. */
const ONE_ARENA = { MALLOC_ARENA_MAX: "1" };

export interface ModelHostOptions {
  hostScript: string; // absolute path of dist/host.cjs
  nodePath?: string; // executable that runs it; default: this process's own (Electron's runs as Node when told so)
  runtimeDir?: string; // folder of its socket; default: see runtimeDir() of server/host/protocol
  env?: Record<string, string>; // the host's environment variables, in addition to this process's own
}

export interface FoundHost {
  socket: Socket; // connected
  secret: HostSecret | undefined; // undefined where its file cannot be read
  isForeign: boolean; // it is no host, or one that nobody can use any more
}

export interface StartedHost {
  pid: number | undefined;
  /** Why the process ended without serving; undefined while it runs, and when another host won the election. */
  failure: () => string | undefined;
}

export class ModelHost {
  readonly #options: ModelHostOptions;
  #foreignInode: number | undefined; // of the foreign socket that was found last

  constructor(options: ModelHostOptions) {
    this.#options = options;
  }

  /** The endpoint of the current build's host (computed at each call: the file may have been rebuilt). @throws UserError */
  #endpoint(): Endpoint {
    return endpointOf(this.#options.hostScript, this.#options.runtimeDir);
  }

  /** Connects to the host that runs now; undefined when there is none. @throws UserError when the runtime folder is unusable */
  async find(): Promise<FoundHost | undefined> {
    const endpoint = this.#endpoint();
    const inode = socketInode(endpoint.address);
    const socket = await tryConnect(endpoint.address);
    if (!socket) return undefined;
    const secret = readSecret(endpoint);
    // A host's socket gets the shared name when its secret is written; a named pipe has the name from the start.
    const isForeign = process.platform !== "win32" && !secret && socketInode(endpoint.address) === inode;
    this.#foreignInode = isForeign ? inode : undefined;
    return { socket, secret, isForeign };
  }

  /** Frees the shared name from the foreign socket that was found last. @returns whether that still had it */
  forgetForeign(): boolean {
    const endpoint = this.#endpoint();
    if (socketInode(endpoint.address) !== this.#foreignInode || readSecret(endpoint)) return false;
    this.forget();
    return true;
  }

  /** Starts a host process; `find` sees it once it listens. @throws UserError when its script is missing */
  start(): StartedHost {
    const { hostScript, nodePath = process.execPath } = this.#options;
    const endpoint = this.#endpoint();
    if (!existsSync(hostScript)) throw hostUnavailable(`${hostScript} is missing`);
    const inherited = Object.entries(process.env).filter(([name]) => !EDITOR_VARIABLES.test(name));
    const env = {
      ...Object.fromEntries(inherited),
      ...this.#options.env,
      SOTTO_RUNTIME_DIR: endpoint.dir,
      ELECTRON_RUN_AS_NODE: "1",
      ...ONE_ARENA,
    };
    // A file rather than a pipe: a grandchild that holds a pipe delays the agent's own 'close' event until the grandchild ends.
    const stderr = openSync(endpoint.logPath, "a", 0o600);
    const child = spawn(nodePath, [hostScript], {
      env,
      cwd: endpoint.dir,
      detached: true,
      stdio: ["ignore", "ignore", stderr],
      windowsHide: true,
    });
    closeSync(stderr);
    child.unref();
    let failure: string | undefined;
    child.once("error", (error) => {
      failure = `${nodePath} cannot be run (${error.message})`;
    });
    child.once("exit", (code, signal) => {
      if (code !== 0) failure = `it ended with ${signal ?? `status ${code}`}; see ${endpoint.logPath}`;
    });
    return { pid: child.pid, failure: () => failure };
  }

  /** Ends a host that does not answer. */
  kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
    try {
      process.kill(pid, signal);
    } catch {
      // gone already
    }
  }

  /** Removes the shared name of a host that cannot be used (its secret is lost), so that another host can be elected. */
  forget(): void {
    if (process.platform !== "win32") rmSync(this.#endpoint().address, { force: true });
  }
}

function tryConnect(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined)); // ENOENT: there is no host; ECONNREFUSED: a dead host's file
  });
}
