// Derives the form of a model that the runtime executes (ONNX graph and weights file) and keeps it in the cache folder.
// Never reads the workspace, never loads onnxruntime.

import type { StoredModel } from "../models/modelStore.ts";

/** "row8": int8 weights, one scale per output channel, activations int8 with one scale per row. "fp32": the oracle. */
export type Form = "row8" | "fp32";

export interface ComputeForm {
  graphPath: string;
  derived: boolean; // false: found in the cache, and intact
  ms: number;
}

/**
 * The model's compute form, taken from `cacheDir` where it is there and intact, else derived (at most 3 s for 135M weights).
 * @throws UserError when the cache folder cannot be written
 */
export async function computeForm(
  _model: StoredModel,
  _options: { cacheDir: string; form?: Form },
): Promise<ComputeForm> {
  throw new Error("not built yet");
}
