// How the model with a workspace's adapter comes into the memory: at once, its factors as inputs of the graph; then merged into the weights,
// which is faster, when those have been derived elsewhere. Decides which, and loads; knows no requests.

import type { Adapter } from "../adapters/adapter.ts";
import { withAdapter } from "../adapters/merge.ts";
import { baseOfAdapter, openBases } from "../adapters/openAdapted.ts";
import { readAdapter } from "../adapters/readAdapter.ts";
import { hasComputeForm } from "../graph/computeForm.ts";
import { MOST_RANK } from "../graph/lowRank.ts";
import { loadAdaptableDecoder, loadDecoder } from "../runtime/loadDecoder.ts";
import { measureOnFirstUse } from "./firstUse.ts";
import { LocalModel, type LocalModelOptions } from "./localModel.ts";

export interface WorkspaceModelOptions extends LocalModelOptions {
  workspaceAdapter: string;
  /** Makes the merged model's compute form in the cache folder. Not in this process, which it would hold up for seconds. */
  derive: () => Promise<void>;
}

/**
 * The model with its adapter, once or twice: the second takes the place of the first. Their numbers differ slightly (merged weights are rounded
 * anew), so they share no KV cache.
 * @throws UserError as `LocalModel.load` does
 */
export async function* loadWorkspaceModel(options: WorkspaceModelOptions): AsyncGenerator<LocalModel> {
  const start = performance.now();
  const { modelDir, workspaceAdapter, log = () => {} } = options;
  await measureOnFirstUse(modelDir, log);
  const base = await baseOfAdapter(await openBases(modelDir), workspaceAdapter);
  const adapter = await readAdapter(workspaceAdapter, base);
  const merged = withAdapter(base, adapter);
  if (takesFactors(adapter) && (await hasComputeForm(base, options)) && !(await hasComputeForm(merged, options))) {
    const decoder = await loadAdaptableDecoder(base, options);
    decoder.setAdapter(adapter);
    yield await LocalModel.over(merged, decoder, options, start);
    log(`${adapter.name} works as inputs of the graph until it is merged`);
    await options.derive();
  }
  yield await LocalModel.over(merged, await loadDecoder(merged, options), options, start);
}

/** Whether all that the adapter changes can be an input of the graph. */
const takesFactors = ({ rank, embeddingRows }: Adapter): boolean => rank <= MOST_RANK && embeddingRows.size === 0;
