// Which device a model runs on: what was asked for, what there is, and what was measured. Tries through a `DeviceProbe` what was not tried yet.
// Loads no runtime and no model.

import type { Form, GpuForm } from "../graph/decoderGraph.ts";
import { type AskedDevice, DEVICES, type Device } from "../runtime/device.ts";
import type { Gpu } from "./gpuList.ts";

/** What the machine offers, before anything was tried. */
export interface DeviceOffer {
  backends: readonly string[]; // that onnxruntime lists here
  gpus: readonly Gpu[]; // the one that WebGPU takes first
}

/** A device with the form of the model that would run there. */
export type Candidate = { device: "cpu"; form: "row8" } | { device: Exclude<Device, "cpu">; form: GpuForm };

/** What came of trying a candidate. */
export interface Trial {
  device: Device;
  form: Form;
  works: boolean; // it ran, and passed the self-test
  reason?: string; // why not
  mostRows?: number; // of a run, where longer ones give wrong numbers
  loadMs?: number;
  prefillTokensPerSecond?: number; // `PREFILL_TOKENS` into an empty cache
  decodeTokensPerSecond?: number; // `DECODE_TOKENS` after them, one by one
}

export const PREFILL_TOKENS = 128;
export const DECODE_TOKENS = 32;

/** The processor gives the same text everywhere and needs nothing more: another device must be faster by so much. */
const LEAST_GAIN = 1.1;

/** What could be tried for `asked`, or the reason why there is nothing but the processor. */
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
  return gpu.isSoftware ? [floats] : [{ device, form: "gpu16" }, floats]; // software computes half floats by way of floats
}

export const candidateName = ({ device, form }: Pick<Trial, "device" | "form">): string => `${device} ${form}`;

/** The device to run on, and why it is the processor though another was asked for, or does not work. */
export interface DeviceDecision {
  chosen: Trial | undefined; // undefined: the processor
  reason?: string;
}

/**
 * @param processor what the processor does, where it was measured
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

/** What a request takes that reads `PREFILL_TOKENS` and writes `DECODE_TOKENS`. */
function requestMs({ prefillTokensPerSecond = 0, decodeTokensPerSecond = 0 }: Trial): number {
  return 1000 * (PREFILL_TOKENS / prefillTokensPerSecond + DECODE_TOKENS / decodeTokensPerSecond);
}

/** Looks at devices in processes of their own: a broken driver ends those, not this one. */
export interface DeviceProbe {
  /** @throws Error when that cannot be found out */
  offer(): Promise<DeviceOffer>;
  /**
   * `isTransient`: it says nothing about the device, and is not to be remembered.
   * @throws nothing: a process that ended or hung is a trial that does not work
   */
  attempt(candidate: Candidate): Promise<Trial & { isTransient?: boolean }>;
}

/** What was tried before; see `Measurements`. */
export interface TrialRecord {
  read(): ReadonlyMap<string, Trial>; // by `candidateName`
  write(trial: Trial): void;
}

/**
 * Decides for a model, trying what was not tried yet. Never throws: what goes wrong is a reason to stay on the processor.
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
