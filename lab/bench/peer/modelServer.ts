// A server of somebody else's program with one of Sotto's models, on a free port of this machine, for what is measured and tested over HTTP.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./freePort.ts";

export const SERVER_KEY = "key-of-the-bench";

const SAID_CHARS = 2_000;

export interface ModelServer {
  url: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  program: string;
  args(port: number): readonly string[]; // with SERVER_KEY as its key
  env: Readonly<Record<string, string>>; // besides this process's
  ready: string; // a question that is answered with status 200 once the model is loaded
  patienceMs: number;
}

/** A server's program: what the environment variable `named` names, or what was installed before; undefined where there is neither. */
export const foundProgram = (named: string, installed: string): string | undefined =>
  process.env[named] || (existsSync(installed) ? installed : undefined);

/** @throws Error where it ends, or does not answer in time */
export async function startServer({ program, args, env, ready, patienceMs }: StartOptions): Promise<ModelServer> {
  const port = await freePort();
  // A group of its own, since some have their engine in a second process.
  const options = { detached: true, env: { ...process.env, ...env } } as const;
  const child = spawn(program, args(port), { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let said = ""; // the end of it, for whoever has to find out why it ended
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-SAID_CHARS);
  });
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (!hasEnded()) process.kill(-child.pid!, "SIGTERM");
    await ended;
  };
  try {
    for (const endMs = performance.now() + patienceMs; performance.now() < endMs; await sleep(200)) {
      if (hasEnded()) throw new Error(`${program} ended with status ${child.exitCode}:\n${said}`);
      if (await ask(url, ready).catch(() => undefined)) return { url, stop };
    }
    throw new Error(`${program} did not answer within ${patienceMs / 1000} s`);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the server answers to a question of its own, without our client between. @throws Error by its status */
export async function ask(url: string, question: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(url + question, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${SERVER_KEY}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${question}: status ${response.status}, ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
