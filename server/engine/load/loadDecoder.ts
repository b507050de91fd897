// Loads a model into onnxruntime: on the processor through the C API, or else through the stock binding; on another device through the stock
// binding.

import fs from "node:fs/promises";
import { memoryTooSmall, runtimeFailed } from "../../../common/errors.ts";
import { freeMemoryBytes } from "../../../common/util/freeMemory.ts";
import { computeForm } from "../graph/computeForm.ts";
import { type Form, isGpuForm } from "../graph/decoderGraph.ts";
import { factorBytes } from "../graph/lowRank.ts";
import { tablePositions } from "../models/config.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { loadBindingDecoder } from "../runtime/bindingDecoder.ts";
import { type CApi, CApiUnavailable, loadCApi } from "../runtime/cApi.ts";
import { loadCApiDecoder } from "../runtime/cApiDecoder.ts";
import type { AdaptableDecoder, Decoder } from "../runtime/decoder.ts";
import type { Device } from "../runtime/device.ts";
import { defaultThreads } from "../runtime/threads.ts";
import { loadWebGpuDecoder } from "../runtime/webgpuDecoder.ts";
import { memoryNeed } from "./memoryNeed.ts";

/** Where and how a model computes. */
export interface DeviceOptions {
  cacheDir: string; // where compute forms are kept
  threads?: number; // default: physical cores, at most 8
  runtime?: "auto" | "c-api" | "binding";
  device?: Device; // default: the processor
  form?: Form; // default: row8 on the processor, gpu8 elsewhere
  mostRows?: number; // most rows in a run, on WebGPU; see `Trial`
  gpuName?: string; // for the status
  log?: (line: string) => void; // events that a person may want to look up afterwards: derived again, fallen back
}

/** How much a loaded model may hold. */
export interface Limits {
  capacity?: number; // positions in each KV cache; default: see `DEFAULT_CAPACITY`; never more than the model's context
  conversations?: boolean; // room for long conversations, where nothing else is asked for
  budgetTokens?: number; // tokens of a prompt; default: that of `promptBudgetOf`
  freeMemoryBytes?: () => number; // memory that the model may take; default: asks the system
}

/** Default number of positions in a KV cache. */
export const DEFAULT_CAPACITY = 2048;
/** The same for conversations, on the processor, where there is memory for it. */
export const CONVERSATION_CAPACITY = 8192;

/**
 * Loads `model`, first deriving its compute form if the cache folder lacks it.
 * @throws UserError when the model or the runtime cannot be used; memoryTooSmall before anything is read or derived
 */
export async function loadDecoder(model: StoredModel, device: DeviceOptions, limits: Limits = {}): Promise<Decoder> {
  return device.device === "webgpu" ? loadOnWebGpu(model, device, limits) : load(model, device, limits, false);
}

/**
 * Like `loadDecoder`, from the same compute form, but with linear layers that take an adapter's factors; until `setAdapter` they are those of no
 * adapter. Slower than a decoder with merged weights, but ready without deriving those.
 */
export async function loadAdaptableDecoder(
  model: StoredModel,
  device: DeviceOptions,
  limits: Limits = {},
): Promise<AdaptableDecoder> {
  return load(model, device, limits, true);
}

async function loadOnWebGpu(model: StoredModel, options: DeviceOptions, limits: Limits): Promise<Decoder> {
  const form = options.form && isGpuForm(options.form) ? options.form : "gpu8";
  const { capacity, computed } = await prepare(model, options, limits, form, 0);
  return loadWebGpuDecoder(computed, model.config, {
    form,
    capacity,
    mostRows: options.mostRows,
    gpuName: options.gpuName,
  });
}

/** @throws UserError memoryTooSmall unless there is memory for the model and `extraBytes` */
export function requireMemory(model: StoredModel, limits: Limits = {}, form: Form = "row8", extraBytes = 0): void {
  const total = memoryNeed(model.config, form, capacityOf(model, limits)).total + extraBytes;
  const free = freeBytes(limits);
  if (total > free) throw memoryTooSmall(model.id, total, free);
}

const freeBytes = (limits: Limits): number => (limits.freeMemoryBytes ?? freeMemoryBytes)();

/** The least capacity with which the model is loaded. */
const capacityOf = ({ config }: StoredModel, { capacity = DEFAULT_CAPACITY }: Limits): number =>
  Math.min(capacity, tablePositions(config));

/** The capacity for long conversations, where they are wanted and the memory suffices. */
function roomierCapacity(model: StoredModel, limits: Limits, form: Form, extraBytes: number): number | undefined {
  if (!limits.conversations || limits.capacity !== undefined || isGpuForm(form)) return undefined;
  const capacity = Math.min(CONVERSATION_CAPACITY, tablePositions(model.config));
  const total = memoryNeed(model.config, form, capacity).total + extraBytes;
  return total <= freeBytes(limits) ? capacity : undefined;
}

/** The form's files, after checking that there is memory for the model and `extraBytes`. */
async function prepare(
  model: StoredModel,
  { cacheDir, log = () => {} }: DeviceOptions,
  limits: Limits,
  form: Form,
  extraBytes: number,
) {
  requireMemory(model, limits, form, extraBytes);
  const capacity = roomierCapacity(model, limits, form, extraBytes) ?? capacityOf(model, limits);
  const computed = await computeForm(model, { cacheDir, form });
  if (computed.derived)
    log(`compute form of ${model.id}: was ${computed.found}, derived in ${Math.round(computed.ms)} ms`);
  return { capacity, computed };
}

async function load(
  model: StoredModel,
  options: DeviceOptions,
  limits: Limits,
  adaptable: boolean,
): Promise<AdaptableDecoder> {
  const { device = "cpu", runtime = "auto", log = () => {} } = options;
  const { config } = model;
  const threads = options.threads ?? defaultThreads();
  const form = options.form ?? (device === "cpu" ? "row8" : "gpu8");
  const { capacity, computed } = await prepare(model, options, limits, form, adaptable ? factorBytes(config) : 0);

  try {
    if (device !== "cpu") return await loadBindingDecoder(computed, config, { threads, capacity, device });
    const smoothing = adaptable ? await readFloats(computed.lowRank.smoothingPath) : undefined;
    const api = runtime === "binding" ? undefined : await cApiOr(runtime, log);
    if (api instanceof CApiUnavailable || !api) {
      const fallbackReason = api?.message;
      return await loadBindingDecoder(computed, config, { threads, capacity, smoothing, fallbackReason });
    }
    return await loadCApiDecoder(api, computed, config, { threads, capacity, smoothing });
  } catch (error) {
    throw runtimeFailed((error as Error).message);
  }
}

/** The C API; or the reason why it cannot be used, where the stock binding may be used instead. */
async function cApiOr(runtime: "auto" | "c-api", log: (line: string) => void): Promise<CApi | CApiUnavailable> {
  try {
    return await loadCApi();
  } catch (error) {
    if (!(error instanceof CApiUnavailable) || runtime === "c-api") throw error;
    log(`onnxruntime's C API cannot be used (${error.message}): using the stock binding`);
    return error;
  }
}

/** Reads a file of 32-bit floats. */
async function readFloats(file: string): Promise<Float32Array> {
  const bytes = await fs.readFile(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
