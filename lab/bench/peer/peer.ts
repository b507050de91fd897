// llama.cpp in a process of its own, as the benches call it. Owns that process and the folder of GGUF files that it is given.

import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { defaultCacheDir } from "../../../common/util/cacheDir.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { installPeer } from "./install.ts";
import type { PeerCommands, PeerReply } from "./types.ts";
import { type GgufForm, WRITER_VERSION, writeGguf } from "./writeGguf.ts";

/** Files that only benches need, and that may be deleted at any time. */
export const benchCacheDir = (): string => path.join(defaultCacheDir(), "bench");

export class Peer {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #calls = 0;

  /** Installs llama.cpp where it is missing. */
  constructor() {
    installPeer();
    this.#process = fork(path.join(import.meta.dirname, "process.ts"), { serialization: "advanced" });
    this.#process.on("message", (reply: PeerReply) => {
      const call = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("error" in reply) call?.reject(new Error(`llama.cpp: ${reply.error}`));
      else call?.resolve(reply.result);
    });
    this.#process.on("exit", (status, signal) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`llama.cpp's process ended (${signal ?? status})`));
      this.#waiting.clear();
    });
  }

  call<C extends keyof PeerCommands>(
    command: C,
    options: Parameters<PeerCommands[C]>[0],
  ): Promise<ReturnType<PeerCommands[C]>> {
    const id = this.#calls++;
    const result = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#process.send({ id, command, options });
    return result as Promise<ReturnType<PeerCommands[C]>>;
  }

  dispose(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}

/** The model's GGUF file in `form`, written where the cache folder lacks it. */
export function ggufOf(model: StoredModel, form: GgufForm): string {
  const folder = path.join(benchCacheDir(), "gguf");
  const file = path.join(folder, `${model.weightsSha256.slice(0, 16)}-${form}-${WRITER_VERSION}.gguf`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    console.error(`Writing ${file} …`);
    writeGguf(file, model, form);
  }
  return file;
}
