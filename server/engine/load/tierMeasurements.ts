// Stores a model's measured times on this machine, in a small file of the cache folder for each key. Measures nothing. The caller must store
// undisturbed measurements only.

import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import * as z from "zod";
import { sottoVersion } from "../../../common/util/packageRoot.ts";
import type { Form } from "../graph/decoderGraph.ts";
import { SUPPORTED_VERSION } from "../runtime/cApi.ts";
import type { Device } from "../runtime/device.ts";
import { readCached, writeCached } from "./cachedJson.ts";
import { KEY_PROMPT_TOKENS, KEY_READ_TOKENS, KEY_WRITTEN_TOKENS, PROMPT_TOKENS, type TierTimes } from "./chooseTier.ts";

/** What the times depend on; when any of it changes, they are measured again. */
export interface TierMeasurementKey {
  weightsSha256: string; // of the model as it is used
  device: Device;
  form: Form;
  gpu?: string; // name and driver of the graphics processor, if it runs on one
  threads: number;
  processor?: string; // name; default: this machine's
  onnxruntime?: string; // version; default: the installed one
  sotto?: string; // version; default: this one
}

const timesSchema = z.object({
  keyMs: z.number().positive(),
  promptMs: z.number().positive(),
}) satisfies z.ZodType<TierTimes>;

/** The timed work: other numbers make another measurement. */
const WORK = [KEY_PROMPT_TOKENS, KEY_READ_TOKENS, KEY_WRITTEN_TOKENS, PROMPT_TOKENS];

/** Undefined where nothing was measured yet, or where the file is damaged. */
export const rememberedTimes = (cacheDir: string, key: TierMeasurementKey): TierTimes | undefined =>
  readCached(fileOf(cacheDir, key), timesSchema);

export const rememberTimes = (cacheDir: string, key: TierMeasurementKey, times: TierTimes): void =>
  writeCached(fileOf(cacheDir, key), JSON.stringify(times));

function fileOf(cacheDir: string, key: TierMeasurementKey): string {
  const { weightsSha256, device, form, gpu = "", threads } = key;
  const { processor = processorName(), onnxruntime = SUPPORTED_VERSION, sotto = sottoVersion() } = key;
  const facts = JSON.stringify([weightsSha256, device, form, gpu, threads, processor, onnxruntime, sotto, WORK]);
  return path.join(cacheDir, "tiers", `${createHash("sha256").update(facts).digest("hex")}.json`);
}

const processorName = (): string => os.cpus()[0]?.model.trim() ?? "unknown";
