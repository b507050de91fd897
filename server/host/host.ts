// The model host's process: private folder, election, socket, model, and the exit after its last client. The models it serves are a parameter,
// so that tests run this same host with a tiny model. Never reads a workspace.

import { createServer, type Socket } from "node:net";
import { ClientSession } from "./clientSession.ts";
import { standForElection } from "./election.ts";
import { hostLog } from "./hostLog.ts";
import { ModelRouter, type ServedModels } from "./modelRouter.ts";
import { endpointOf } from "./protocol/endpoint.ts";
import { HOST_IDLE_MS } from "./protocol/limits.ts";

/** Delay after which a close election is over: a host that lost its name in it knows by then. */
const FENCE_MS = 1_000;

export interface HostOptions {
  script: string; // this process's entry script; it identifies the build
  served: ServedModels;
}

/**
 * Serves until no client needs it, then ends the process itself. SOTTO_HOST_IDLE_MS shortens the time that it waits for a client (tests).
 * @throws UserError when the runtime folder is unusable
 */
export async function runHost({ script, served }: HostOptions): Promise<void> {
  process.umask(0o077);
  const endpoint = endpointOf(script);
  const log = hostLog(endpoint.logPath);
  const idleMs = Number(process.env.SOTTO_HOST_IDLE_MS ?? HOST_IDLE_MS);
  const router = new ModelRouter(served, log);
  const clients = new Set<Socket>();
  let idle: NodeJS.Timeout | undefined;
  let token = "";
  let withdraw = () => {};
  let holds = () => true;
  const quit = (why: string, status = 0): never => {
    log(`ends: ${why}`);
    withdraw();
    process.exit(status);
  };
  const crash = (error: unknown) => quit(`a bug: ${(error as Error).stack ?? error}`, 1);
  process.on("uncaughtException", crash).on("unhandledRejection", crash);
  const armIdle = () => {
    clearTimeout(idle);
    // Without the shared name no client will come.
    if (clients.size === 0) idle = setTimeout(() => quit("no client"), holds() ? idleMs : 0);
  };

  const server = createServer((socket) => {
    clients.add(socket);
    clearTimeout(idle);
    socket.setNoDelay(true);
    socket.on("error", () => {}); // 'close' follows
    socket.on("close", () => {
      clients.delete(socket);
      armIdle();
    });
    new ClientSession(socket, { token, build: endpoint.build, router, log }).serve();
  });
  const elected = await standForElection(server, endpoint);
  if (!elected) process.exit(0); // another host is already serving
  ({ token, withdraw, holds } = elected);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => quit(signal));
  log(`serves ${endpoint.address}, node ${process.version}`);
  armIdle();
  setTimeout(armIdle, FENCE_MS);
  router.start();
}
