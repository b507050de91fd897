// Stores the measurements of devices in a small file of the cache folder, one for each model and machine. Measures nothing.

import { createHash } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import { sottoVersion } from "../../../common/util/packageRoot.ts";
import { SUPPORTED_VERSION } from "../runtime/cApi.ts";
import { DEVICES } from "../runtime/device.ts";
import { readCached, writeCached } from "./cachedJson.ts";
import { candidateName, type Trial, type TrialRecord } from "./chooseDevice.ts";
import type { Gpu } from "./gpuList.ts";

/** What measurements depend on; when any of it changes, devices are measured again. */
export interface MeasurementKey {
  weightsSha256: string;
  gpus: readonly Gpu[];
  onnxruntime?: string; // version; default: the installed one
  sotto?: string; // version; default: this one
}

const trialSchema = z.object({
  device: z.enum(DEVICES),
  form: z.enum(["row8", "fp32", "gpu8", "gpu4", "gpu16"]),
  works: z.boolean(),
  reason: z.string().optional(),
  mostRows: z.int().positive().optional(),
  loadMs: z.number().optional(),
  prefillTokensPerSecond: z.number().positive().optional(),
  decodeTokensPerSecond: z.number().positive().optional(),
}) satisfies z.ZodType<Trial>;

/** The measurements of this machine, in a file for each key. A damaged file counts as not measured. */
export class Measurements implements TrialRecord {
  readonly #file: string;

  constructor(cacheDir: string, key: MeasurementKey) {
    const { weightsSha256, gpus, onnxruntime = SUPPORTED_VERSION, sotto = sottoVersion() } = key;
    const facts = JSON.stringify([weightsSha256, gpus.map(({ name, driver }) => [name, driver]), onnxruntime, sotto]);
    this.#file = path.join(cacheDir, "devices", `${createHash("sha256").update(facts).digest("hex")}.json`);
  }

  /** By `candidateName`. */
  read(): Map<string, Trial> {
    const found = readCached(this.#file, z.array(trialSchema)) ?? [];
    return new Map(found.map((trial) => [candidateName(trial), trial]));
  }

  write(trial: Trial): void {
    const trials = this.read().set(candidateName(trial), trial);
    writeCached(this.#file, JSON.stringify([...trials.values()], undefined, 1));
  }
}
