// Hostile frames on the real host's socket, before and after the hello: the fuzzer's seeds changed at random. A client beside them must be answered
// all the time, and the host must stay, within its memory.

import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { Method } from "../../../server/host/protocol/messages.ts";
import { isRunning, Sandbox } from "../../../test/support/hostProcess.ts";
import { mutated, type Pool } from "../../fuzz/mutate.ts";
import { seedsOf } from "../../fuzz/runFuzz.ts";
import { framedBodies } from "../../fuzz/targets/frames.ts";
import { TARGETS } from "../../fuzz/targets.ts";
import { memoryOf } from "../support/processMemory.ts";
import { megabytes, type PartResult } from "./partResult.ts";

export interface FrameOptions {
  connections: number;
  seed: number;
  slack: number; // how much longer than the goal anything may take
}

const PING_EVERY = 10; // connections
const MOST_PING_MS = 2_000;
const MOST_GROWTH_BYTES = 300e6;
const KEPT_OPEN = 20; // connections that are left as they are, until others come

export async function frames({ connections, seed, slack }: FrameOptions): Promise<PartResult> {
  const random = new SeededRandom(seed);
  const { dictionary, maxBytes } = TARGETS.frames;
  const pool: Pool = { inputs: seedsOf("frames"), dictionary: dictionary.map((word) => Buffer.from(word)) };
  const failures: string[] = [];
  const box = new Sandbox();
  const open: Socket[] = [];
  let [worstMs, sentFrames, welcomed] = [0, 0, 0];
  let memory = { start: 0, most: 0 };
  try {
    const host = await box.host();
    const bystander = await box.welcome();
    const bytes = () => memoryOf(host.pid!)?.peakBytes ?? 0;
    memory = { start: megabytes(bytes()), most: 0 };
    for (let i = 0; i < connections; i++) {
      const socket = await box.socket();
      socket.on("error", () => {}).resume();
      open.push(socket);
      if (random.chance(0.5)) {
        const hello = JSON.stringify({ jsonrpc: "2.0", id: 0, method: Method.hello, params: box.helloParams() });
        socket.write(framedBodies(Buffer.from(hello)));
        welcomed++;
      }
      for (let left = random.between(1, 4); left > 0; left--) {
        const input = mutated(random.pick(pool.inputs), pool, random, maxBytes);
        socket.write(input[0] & 1 ? framedBodies(input.subarray(1)) : input.subarray(1));
        sentFrames++;
      }
      if (open.length > KEPT_OPEN) await closed(open.shift()!);
      if (i % PING_EVERY !== 0) continue;
      const startMs = performance.now();
      const answered = await Promise.race([
        bystander.sendRequest(Method.ping, {}).then(() => true),
        sleep(30_000, false, { ref: false }),
      ]);
      const ms = performance.now() - startMs;
      worstMs = Math.max(worstMs, ms);
      if (!answered || ms > MOST_PING_MS * slack)
        failures.push(`connection ${i}: the client beside it waited ${Math.round(ms)} ms`);
      if (!isRunning(host.pid!)) throw new Error(`the host ended at connection ${i}: ${box.hostLog().slice(-500)}`);
    }
    memory.most = megabytes(bytes());
    if (bytes() - memory.start * 1e6 > MOST_GROWTH_BYTES)
      failures.push(`the host grew from ${memory.start} to ${memory.most} MB`);
  } catch (error) {
    failures.push((error as Error).message);
  } finally {
    for (const socket of open) socket.destroy();
    await box.dispose();
  }
  return {
    part: "frames",
    attempts: connections,
    failures,
    lost: [],
    worstMs,
    memory,
    details: { sentFrames, welcomed },
    skipped: [],
  };
}

async function closed(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.destroy();
  await once(socket, "close");
}
