// Chooses the way to onnxruntime (C API, else the stock binding) and loads a model into it.

import type { Form } from "../graph/computeForm.ts";
import type { StoredModel } from "../models/modelStore.ts";
import type { Decoder } from "./decoder.ts";

export interface DecoderOptions {
  cacheDir: string; // where the compute form is kept
  threads?: number; // default: physical cores, at most 8
  capacity?: number; // positions in the KV cache; default 2048
  runtime?: "auto" | "c-api" | "binding";
  form?: Form;
}

/**
 * Loads `model`, deriving its compute form first where the cache folder lacks it.
 * @throws UserError when the model or the runtime cannot be used
 */
export async function loadDecoder(_model: StoredModel, _options: DecoderOptions): Promise<Decoder> {
  throw new Error("not built yet");
}
