// Decides which device a model runs on, from the user's choice, the available devices and their measurements. A `DeviceProbe` tries devices that
// were not tried yet. Loads no runtime and no model.

import type { Form, GpuForm } from "../graph/decoderGraph.ts";
import { type AskedDevice, DEVICES, type Device } from "../runtime/device.ts";
import type { Gpu } from "./gpuList.ts";

/** The machine's devices, before any was tried. */
export interface DeviceOffer {
  backends: readonly string[]; // those that onnxruntime lists here
  gpus: readonly Gpu[]; // the one that WebGPU uses comes first
}

/** A device with the form of the model that would run there. */
export type Candidate = { device: "cpu"; form: "row8" } | { device: Exclude<Device, "cpu">; form: GpuForm };

/** The result of trying a candidate. */
export interface Trial {
  device: Device;
  form: Form;
  works: boolean; // it ran, and passed the self-test
  reason?: string; // why it does not work
  mostRows?: number; // most rows in a run, where longer runs give wrong numbers
  loadMs?: number;
  prefillTokensPerSecond?: number; // reading `PREFILL_TOKENS` into an empty cache
  decodeTokensPerSecond?: number; // writing `DECODE_TOKENS` after them, one by one
}

export const PREFILL_TOKENS = 128;
export const DECODE_TOKENS = 32;

/** How many times as fast as the processor another device must be: the processor gives the same text everywhere and needs nothing else. */
const LEAST_GAIN = 1.1;

/** The candidates to try for `asked`, or the reason why there is only the processor. */
export function candidatesFor(
  asked: AskedDevice,
  { backends, gpus }: DeviceOffer,
): { candidates: Candidate[]; reason?: string } {
  if (asked === "cpu") return { candidates: [] };
  const wanted = DEVICES.filter((device) => device !== "cpu" && (asked === "auto" || asked === device));
  const candidates = wanted.flatMap((device) =>
    candidatesOn(device as Exclude<Device, "cpu">, asked, { backends, gpus }),
  );
  if (candidates.length > 0) return { candidates };
  if (asked !== "auto" && !backends.includes(asked))
    return { candidates, reason: `onnxruntime has no ${asked} here (it has ${backends.join(", ")})` };
  if (gpus.length === 0) return { candidates, reason: "no driver of a graphics processor was found" };
  return { candidates, reason: `${gpus[0].name} is software that runs on the processor` };
}

function candidatesOn(
  device: Exclude<Device, "cpu">,
  asked: AskedDevice,
  { backends, gpus }: DeviceOffer,
): Candidate[] {
  if (!backends.includes(device)) return [];
  if (device !== "webgpu") return [{ device, form: "gpu8" }];
  const gpu = gpus.at(0);
  if (!gpu || (asked === "auto" && gpu.isSoftware)) return [];
  const floats: Candidate = { device, form: "gpu8" };
  return gpu.isSoftware ? [floats] : [{ device, form: "gpu16" }, floats]; // software computes half floats through floats
}

export const candidateName = ({ device, form }: Pick<Trial, "device" | "form">): string => `${device} ${form}`;

/** The chosen device; and the reason for the processor, where another device was requested or does not work. */
export interface DeviceDecision {
  chosen: Trial | undefined; // undefined: the processor
  reason?: string;
}

/**
 * @param processor measurement of the processor, if there is one
 * @param trials of the candidates
 */
export function decide(asked: AskedDevice, processor: Trial | undefined, trials: readonly Trial[]): DeviceDecision {
  const [best] = trials.filter(({ works }) => works).toSorted((a, b) => requestMs(a) - requestMs(b));
  if (!best) return { chosen: undefined, reason: trials.map(whyNot).join("; ") || undefined };
  if (asked !== "auto" || !processor) return { chosen: best };
  if (requestMs(best) * LEAST_GAIN <= requestMs(processor)) return { chosen: best };
  return { chosen: undefined };
}

const whyNot = (trial: Trial): string => `${candidateName(trial)}: ${trial.reason ?? "it does not work"}`;

/** Duration of a request that reads `PREFILL_TOKENS` and writes `DECODE_TOKENS`, in milliseconds. */
function requestMs({ prefillTokensPerSecond = 0, decodeTokensPerSecond = 0 }: Trial): number {
  return 1000 * (PREFILL_TOKENS / prefillTokensPerSecond + DECODE_TOKENS / decodeTokensPerSecond);
}

/** Examines devices in separate processes: a broken driver ends those, not this one. */
export interface DeviceProbe {
  /** @throws Error when the devices cannot be listed */
  offer(): Promise<DeviceOffer>;
  /**
   * `isTransient`: the result says nothing about the device, and must not be remembered.
   * @throws nothing: a process that crashed or hung is a trial that does not work
   */
  attempt(candidate: Candidate): Promise<Trial & { isTransient?: boolean }>;
}

/** The results of earlier trials; see `Measurements`. */
export interface TrialRecord {
  read(): ReadonlyMap<string, Trial>; // by `candidateName`
  write(trial: Trial): void;
}

/**
 * Decides for a model, after trying the candidates that were not tried yet. Never throws: an error is a reason to stay on the processor.
 * @param recordOf the trials of this model, with those graphics processors
 */
export async function chooseDevice(
  asked: AskedDevice,
  probe: DeviceProbe,
  recordOf: (offer: DeviceOffer) => TrialRecord,
): Promise<DeviceDecision & { gpu?: Gpu }> {
  if (asked === "cpu") return { chosen: undefined };
  let offer: DeviceOffer;
  try {
    offer = await probe.offer();
  } catch (error) {
    return { chosen: undefined, reason: `devices cannot be listed (${(error as Error).message})` };
  }
  const { candidates, reason } = candidatesFor(asked, offer);
  if (candidates.length === 0) return { chosen: undefined, reason: asked === "auto" ? undefined : reason };
  const record = recordOf(offer);
  const attempt = async (candidate: Candidate): Promise<Trial> => {
    const known = record.read().get(candidateName(candidate));
    if (known) return known;
    const { isTransient, ...trial } = await probe.attempt(candidate);
    if (!isTransient) record.write(trial);
    return trial;
  };
  const trials: Trial[] = [];
  for (const candidate of candidates) trials.push(await attempt(candidate));
  const processor = asked === "auto" ? await attempt({ device: "cpu", form: "row8" }) : undefined;
  return { ...decide(asked, processor, trials), gpu: offer.gpus.at(0) };
}
