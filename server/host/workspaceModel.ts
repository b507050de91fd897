// How the model with a workspace's adapter gets loaded: at once, with the adapter's factors as inputs of the graph; then with merged weights,
// which is faster, once those have been derived elsewhere; then on another device, where one is chosen. Decides the way and loads; knows no
// requests.

import type { Adapter } from "../engine/adapters/adapter.ts";
import { withAdapter } from "../engine/adapters/merge.ts";
import { readAdapter } from "../engine/adapters/readAdapter.ts";
import { hasComputeForm } from "../engine/graph/computeForm.ts";
import { MOST_RANK } from "../engine/graph/lowRank.ts";
import { loadAdaptableDecoder, loadDecoder } from "../engine/load/loadDecoder.ts";
import { baseOfAdapter, openBases } from "../engine/load/openAdapted.ts";
import { type DeviceModelOptions, onChosenDevice } from "./deviceModels.ts";
import { measureOnFirstUse } from "./firstUse.ts";
import { LocalModel } from "./localModel.ts";
import type { AdapterDir } from "./protocol/adapters.ts";

export interface WorkspaceModelOptions extends DeviceModelOptions {
  source: { modelDir: string; adapter: AdapterDir };
  /** Derives the merged model's compute form into the cache folder. Not in this process, which deriving would block for seconds. */
  derive: () => Promise<void>;
}

/**
 * Yields the model with its adapter up to three times: each replaces the one before. Their numbers differ slightly (merged weights are rounded
 * anew, another device sums in another order), so they share no KV cache.
 * @throws UserError as `LocalModel.load` does
 */
export async function* loadWorkspaceModel(options: WorkspaceModelOptions): AsyncGenerator<LocalModel> {
  const start = performance.now();
  const { source, device, limits } = options;
  const { log = () => {} } = device;
  await measureOnFirstUse(source.modelDir, log);
  const base = await baseOfAdapter(await openBases(source.modelDir), source.adapter);
  const adapter = await readAdapter(source.adapter, base);
  const merged = withAdapter(base, adapter);
  if (takesFactors(adapter) && (await hasComputeForm(base, device)) && !(await hasComputeForm(merged, device))) {
    const decoder = await loadAdaptableDecoder(base, device, limits);
    decoder.setAdapter(adapter);
    yield await LocalModel.over(merged, decoder, options, start);
    log(`${adapter.name} works as inputs of the graph until it is merged`);
    await options.derive();
  }
  const onProcessor = await LocalModel.over(merged, await loadDecoder(merged, device, limits), options, start);
  yield onProcessor;
  yield* onChosenDevice(merged, onProcessor, options);
}

/** Whether everything that the adapter changes can be an input of the graph. */
const takesFactors = ({ rank, embeddingRows }: Adapter): boolean => rank <= MOST_RANK && embeddingRows.size === 0;
