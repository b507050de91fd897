// Hostile models and adapters are imported: the fuzzer's seeds changed at random, and special files. Each must be taken or refused in a sentence;
// a refused one leaves nothing behind.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { checkModel } from "../../../cli/checkModel.ts";
import { UserError } from "../../../common/errors.ts";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { importAdapter } from "../../../finetune/store/importAdapter.ts";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import { importModel } from "../../../server/engine/models/importModel.ts";
import { openModel } from "../../../server/engine/models/modelStore.ts";
import { diskUse, unfinishedModels } from "../../../server/engine/models/userModels.ts";
import { readStore } from "../../../src/adapters/adapterStore.ts";
import { writeSmallModel } from "../../../test/support/storedFolder.ts";
import { repositoryFiles } from "../../../test/support/testHub.ts";
import { mutated, type Pool } from "../../fuzz/mutate.ts";
import { seedsOf } from "../../fuzz/runFuzz.ts";
import { joined, partsOf } from "../../fuzz/target.ts";
import { framed, unframed } from "../../fuzz/targets/safetensors.ts";
import { TARGETS } from "../../fuzz/targets.ts";
import { memoryOf } from "../support/processMemory.ts";
import { megabytes, type PartResult } from "./partResult.ts";
import { writeSmallAdapter } from "./smallAdapter.ts";

export interface ImportOptions {
  folder: string;
  imports: number; // of each kind
  seed: number;
  slack: number; // how much longer than the goal anything may take
}

const HANG_MS = 5_000; // of one import of a few kilobytes
const LEFT_PREFIX = "sotto-import-"; // of the adapters' temporary folders

const LARGE = "more than a reader takes"; // weights may be as large

/** What lies in place of a model's file, by kind. */
const SPECIAL: Readonly<Record<string, (file: string) => void>> = {
  nothing: () => {},
  "an empty file": (file) => writeFileSync(file, ""),
  "a folder": (file) => mkdirSync(file),
  "a pipe": (file) => execFileSync("mkfifo", [file]),
  "/dev/zero": (file) => symlinkSync("/dev/zero", file),
  "a ring of links": (file) => symlinkSync(file, file),
  [LARGE]: (file) => {
    const fd = openSync(file, "w");
    ftruncateSync(fd, 1.2e9);
    closeSync(fd);
  },
};

export async function imports({ folder, imports: count, seed, slack }: ImportOptions): Promise<PartResult> {
  const random = new SeededRandom(seed);
  const failures: string[] = [];
  const details: Record<string, { taken: number; refused: number }> = {};
  const storeDir = path.join(folder, "models");
  const source = path.join(folder, "source");
  const base = path.join(folder, "base");
  const workspace = path.join(folder, "workspace");
  const dataDir = path.join(folder, "data");
  for (const dir of [storeDir, base, workspace]) mkdirSync(dir);
  writeSmallModel(base);
  let [attempts, worstMs] = [0, 0];

  const options = { id: "model", storeDir, check: checkModel(() => {}) };
  const adopt = () => importModel(path.join(source, "a.gguf"), options);
  const folderModel = () => importModel(source, options);
  const adapter = () => importAdapter(workspace, source, base, dataDir);
  const file = (name: string, bytes: string | Buffer) => writeFileSync(path.join(source, name), bytes);
  const whole = repositoryFiles();
  const [, shard] = Object.keys(whole).filter((name) => name.endsWith(".safetensors"));
  const tensors = unframed(whole[shard]);
  const trained = path.join(folder, "trained");
  writeSmallAdapter(trained, await openModel(base));
  const adapterFiles = [AdapterFiles.config, AdapterFiles.base, AdapterFiles.tensors].map((name) =>
    readFileSync(path.join(trained, name)),
  );
  const adapterSeed = joined([adapterFiles[0], adapterFiles[1], unframed(adapterFiles[2])]);

  await drawn("gguf", "gguf", seedsOf("gguf"), adopt, (input) => file("a.gguf", input));
  await drawn("safetensors", "safetensors", [tensors], folderModel, (input) =>
    lay({ ...whole, [shard]: framed(input) }),
  );
  const tokenizers = [whole["tokenizer.json"], ...seedsOf("tokenizer")];
  await drawn("tokenizer", "tokenizer", tokenizers, folderModel, (input) => lay({ ...whole, "tokenizer.json": input }));
  await drawn("adapter", "adapter", [adapterSeed], adapter, (input) => {
    const [config, about, header, data] = partsOf(input, 4);
    file(AdapterFiles.config, config);
    file(AdapterFiles.base, about);
    file(AdapterFiles.tensors, framed(Buffer.concat([header, Buffer.alloc(1), data])));
  });
  for (const [kind, make] of Object.entries(SPECIAL)) {
    if (kind !== LARGE) await one(`gguf: ${kind}`, adopt, () => make(path.join(source, "a.gguf")));
    for (const name of [...Object.keys(whole), "README.md"].filter(
      (one) => kind !== LARGE || !one.endsWith(".safetensors"),
    ))
      await one(`${name}: ${kind}`, folderModel, () => {
        lay(Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name)));
        make(path.join(source, name));
      });
    for (const name of Object.values(AdapterFiles))
      await one(`adapter, ${name}: ${kind}`, adapter, () => {
        cpSync(trained, source, { recursive: true });
        rmSync(path.join(source, name));
        make(path.join(source, name));
      });
  }
  const left = (await readdir(os.tmpdir())).filter((name) => name.startsWith(`${LEFT_PREFIX}${process.pid}`));
  failures.push(...left.map((name) => `${name} was left`));
  return {
    part: "imports",
    attempts,
    failures,
    lost: [],
    worstMs,
    memory: { benchMost: megabytes(memoryOf(process.pid)?.peakBytes ?? process.memoryUsage.rss()) },
    details,
    skipped: [],
  };

  function lay(files: Readonly<Record<string, Buffer>>): void {
    for (const [name, bytes] of Object.entries(files)) file(name, bytes);
  }

  async function drawn(
    kind: string,
    target: string,
    seeds: readonly Buffer[],
    run: () => Promise<unknown>,
    make: (input: Buffer) => void,
  ): Promise<void> {
    const { dictionary, maxBytes } = TARGETS[target];
    const pool: Pool = { inputs: seeds, dictionary: dictionary.map((word) => Buffer.from(word)) };
    const mostBytes = Math.max(...seeds.map(({ length }) => length));
    for (let i = 0; i < count; i++) {
      const input =
        i < seeds.length ? seeds[i] : mutated(random.pick(seeds), pool, random, Math.max(maxBytes, mostBytes));
      await one(kind, run, () => make(input));
    }
  }

  async function one(kind: string, run: () => Promise<unknown>, make: () => void): Promise<void> {
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source);
    make();
    const counts = (details[kind.split(":")[0]] ??= { taken: 0, refused: 0 });
    attempts++;
    const startMs = performance.now();
    try {
      await run();
      counts.taken++;
    } catch (error) {
      counts.refused++;
      if (!(error instanceof UserError)) failures.push(`${kind}: ${(error as Error).stack?.slice(0, 300)}`);
      const bytes = await diskUse(storeDir);
      if (bytes > 0) failures.push(`${kind}: ${bytes} bytes are left in the store`);
      failures.push(...(await unfinishedModels(storeDir)).map(({ id }) => `${kind}: ${id} is left unfinished`));
      failures.push(...readStore(workspace, dataDir).problems.map((problem) => `${kind}: ${problem}`));
    }
    const ms = performance.now() - startMs;
    worstMs = Math.max(worstMs, ms);
    if (ms > HANG_MS * slack) failures.push(`${kind}: ${Math.round(ms)} ms`);
    rmSync(path.join(storeDir, "model"), { recursive: true, force: true });
  }
}
