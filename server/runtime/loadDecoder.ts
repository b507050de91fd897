// Chooses the way to onnxruntime (C API, else the stock binding) and loads a model into it.

import { computeForm } from "../graph/computeForm.ts";
import type { Form } from "../graph/decoderGraph.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { memoryTooSmall, runtimeFailed } from "../protocol/errors.ts";
import { loadBindingDecoder } from "./bindingDecoder.ts";
import { type CApi, CApiUnavailable, loadCApi } from "./cApi.ts";
import { loadCApiDecoder } from "./cApiDecoder.ts";
import type { Decoder } from "./decoder.ts";
import { freeMemoryBytes } from "./freeMemory.ts";
import { memoryNeed } from "./memoryNeed.ts";
import { defaultThreads } from "./threads.ts";

export interface DecoderOptions {
  cacheDir: string; // where the compute form is kept
  threads?: number; // default: physical cores, at most 8
  capacity?: number; // positions in each KV cache; default 2048, or the model's context where that is less
  runtime?: "auto" | "c-api" | "binding";
  form?: Form;
  freeMemoryBytes?: () => number; // what the model may take; default: asks the system
  log?: (line: string) => void; // what a person may want to know afterwards: derived anew, fallen back
}

const DEFAULT_CAPACITY = 2048;

/**
 * Loads `model`, deriving its compute form first where the cache folder lacks it.
 * @throws UserError when the model or the runtime cannot be used; memoryTooSmall before anything is read or derived
 */
export async function loadDecoder(model: StoredModel, options: DecoderOptions): Promise<Decoder> {
  const { cacheDir, form = "row8", runtime = "auto", log = () => {} } = options;
  const { config } = model;
  const threads = options.threads ?? defaultThreads();
  const capacity = Math.min(options.capacity ?? DEFAULT_CAPACITY, config.contextLength);
  const { total } = memoryNeed(config, form, capacity);
  const free = (options.freeMemoryBytes ?? freeMemoryBytes)();
  if (total > free) throw memoryTooSmall(model.id, total, free);
  const computed = await computeForm(model, { cacheDir, form });
  if (computed.derived)
    log(`compute form of ${model.id}: was ${computed.found}, derived in ${Math.round(computed.ms)} ms`);

  try {
    const api = runtime === "binding" ? undefined : await cApiOr(runtime, log);
    if (api instanceof CApiUnavailable || !api) {
      const fallbackReason = api?.message;
      return await loadBindingDecoder(computed, config, { threads, capacity, fallbackReason });
    }
    return await loadCApiDecoder(api, computed, config, { threads, capacity });
  } catch (error) {
    throw runtimeFailed((error as Error).message);
  }
}

/** The C API; where it cannot be used and the choice is free, the reason. */
async function cApiOr(runtime: "auto" | "c-api", log: (line: string) => void): Promise<CApi | CApiUnavailable> {
  try {
    return await loadCApi();
  } catch (error) {
    if (!(error instanceof CApiUnavailable) || runtime === "c-api") throw error;
    log(`onnxruntime's C API cannot be used (${error.message}): using the stock binding`);
    return error;
  }
}
