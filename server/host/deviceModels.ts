// Brings a model to the device that suits it: the model answers on the processor at once; meanwhile devices are tried, and the chosen one takes
// over. Only loads; `chooseDevice` makes the choice. Knows no requests.

import { hasComputeForm } from "../engine/graph/computeForm.ts";
import { chooseDevice, type DeviceProbe, type Trial } from "../engine/load/chooseDevice.ts";
import { Measurements } from "../engine/load/deviceMeasurements.ts";
import { goldenOf } from "../engine/load/deviceTrial.ts";
import { withFallback } from "../engine/load/fallbackDecoder.ts";
import { type DeviceOptions, type Limits, loadDecoder, requireMemory } from "../engine/load/loadDecoder.ts";
import { selfTest } from "../engine/load/selfTest.ts";
import type { StoredModel } from "../engine/models/modelStore.ts";
import type { Decoder } from "../engine/runtime/decoder.ts";
import type { AskedDevice } from "../engine/runtime/device.ts";
import { processProbe } from "./deviceProcess.ts";
import { openModelIn } from "./firstUse.ts";
import { LocalModel, type LocalModelOptions, limitsOf } from "./localModel.ts";

export interface DeviceModelOptions extends LocalModelOptions {
  askedDevice?: AskedDevice; // default: the processor
  probe?: DeviceProbe; // default: probes in separate processes
  /**
   * Derives the model's compute form into the cache folder elsewhere, for use where deriving it in this process would block others for too long.
   */
  derive?: () => Promise<void>;
}

/**
 * Yields the model once or twice: on the processor, then on the chosen device. The second replaces the first. Their numbers differ slightly, so
 * they share no KV cache.
 * @throws UserError as `LocalModel.load` does
 */
export async function* loadOnDevices(options: DeviceModelOptions): AsyncGenerator<LocalModel> {
  const start = performance.now();
  const { source, device, derive } = options;
  const { log = () => {} } = device;
  const model = await openModelIn(source, log);
  const limits = limitsOf(model, options);
  if (derive && !(await hasComputeForm(model, device))) {
    requireMemory(model, limits);
    await derive().catch((error) => log(`${model.id} is derived here: ${(error as Error).message}`)); // deriving here then reports the fault
  }
  const onProcessor = await LocalModel.over(model, await loadDecoder(model, device, limits), options, start);
  yield onProcessor;
  yield* onChosenDevice(model, onProcessor, options);
}

/**
 * The same model on the device chosen for it, where that is not the processor.
 * @param onProcessor is told the reason where the model unexpectedly stays on the processor
 */
export async function* onChosenDevice(
  model: StoredModel,
  onProcessor: LocalModel,
  options: DeviceModelOptions,
): AsyncGenerator<LocalModel> {
  const { source, device, askedDevice = "cpu", probe = processProbe(source, device) } = options;
  const { cacheDir, log = () => {} } = device;
  const limits = limitsOf(model, options);
  const stay = (reason: string) => {
    log(`${model.id} stays on the processor: ${reason}`);
    onProcessor.fallbackReason = `${askedDevice === "auto" ? "another device" : askedDevice} cannot be used: ${reason}`;
  };
  const { chosen, reason, gpu } = await chooseDevice(
    askedDevice,
    probe,
    ({ gpus }) => new Measurements(cacheDir, { weightsSha256: model.weightsSha256, gpus }),
  );
  if (reason) stay(reason);
  if (!chosen) return;
  const start = performance.now();
  let decoder: Decoder;
  try {
    decoder = await loadTested(model, chosen, { ...device, gpuName: gpu?.name }, limits);
  } catch (error) {
    return stay((error as Error).message);
  }
  const loadProcessor = () => loadDecoder(model, device, limits);
  const onFallback = (why: string) => log(`${model.id} goes on on the processor: ${why}`);
  yield await LocalModel.over(model, withFallback(decoder, { load: loadProcessor, onFallback }), options, start);
}

/** @throws UserError, or an Error with what the self-test found */
async function loadTested(
  model: StoredModel,
  { device, form, mostRows }: Trial,
  options: DeviceOptions,
  limits: Limits | undefined,
): Promise<Decoder> {
  const golden = await goldenOf(model, options, limits);
  const decoder = await loadDecoder(model, { ...options, device, form, mostRows }, limits);
  try {
    const result = await selfTest(decoder, golden, form);
    if (!result.ok) throw new Error(`self-test: ${result.detail}`);
    return decoder;
  } catch (error) {
    decoder.dispose();
    throw error;
  }
}
