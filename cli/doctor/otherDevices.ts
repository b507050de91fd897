// The devices besides the processor: what is known of each, or, if a test was requested, the result of a new trial in a separate process.
// Chooses nothing.

import {
  type Candidate,
  candidateName,
  candidatesFor,
  type DeviceOffer,
  type DeviceProbe,
  type Trial,
  type TrialRecord,
} from "../../server/engine/load/chooseDevice.ts";
import { DEVICES } from "../../server/engine/runtime/device.ts";

export interface DeviceReport {
  device: string;
  form: string | null; // form of the model there; null where there is no such device
  state: "works" | "fails" | "notTested" | "absent";
  reason: string | null;
  gpu: string | null; // its name and driver
  loadMs: number | null;
  prefillTokensPerSecond: number | null;
  decodeTokensPerSecond: number | null;
}

/** @param isTested whether each device is tried now, and the result stored */
export async function otherDevices(
  probe: DeviceProbe,
  recordOf: (offer: DeviceOffer) => TrialRecord,
  isTested: boolean,
): Promise<DeviceReport[]> {
  let offer: DeviceOffer;
  try {
    offer = await probe.offer();
  } catch (error) {
    return [{ ...nothing("webgpu"), state: "fails", reason: `devices cannot be listed (${(error as Error).message})` }];
  }
  const record = recordOf(offer);
  const reports: DeviceReport[] = [];
  for (const device of DEVICES) {
    if (device === "cpu") continue;
    const { candidates, reason } = candidatesFor(device, offer);
    if (candidates.length === 0) reports.push({ ...nothing(device), reason: reason ?? null });
    for (const candidate of candidates) {
      const trial = isTested ? await tryNow(probe, record, candidate) : record.read().get(candidateName(candidate));
      reports.push(report(candidate, trial, offer));
    }
  }
  return reports;
}

async function tryNow(probe: DeviceProbe, record: TrialRecord, candidate: Candidate): Promise<Trial> {
  const { isTransient, ...trial } = await probe.attempt(candidate);
  if (!isTransient) record.write(trial);
  return trial;
}

const nothing = (device: string): DeviceReport => ({
  ...{ device, form: null, state: "absent", reason: null, gpu: null },
  ...{ loadMs: null, prefillTokensPerSecond: null, decodeTokensPerSecond: null },
});

function report({ device, form }: Candidate, trial: Trial | undefined, { gpus }: DeviceOffer): DeviceReport {
  const [gpu] = gpus;
  const named = { ...nothing(device), form, gpu: device === "webgpu" ? `${gpu.name}, driver ${gpu.driver}` : null };
  if (!trial) return { ...named, state: "notTested", reason: "not tested: sotto doctor --selftest does" };
  if (!trial.works) return { ...named, state: "fails", reason: trial.reason ?? null };
  const rounded = (value: number | undefined) => (value === undefined ? null : Math.round(value * 10) / 10);
  return {
    ...named,
    state: "works",
    reason: remarks(trial, device === "webgpu" && gpu.isSoftware) || null,
    loadMs: Math.round(trial.loadMs ?? 0),
    prefillTokensPerSecond: rounded(trial.prefillTokensPerSecond),
    decodeTokensPerSecond: rounded(trial.decodeTokensPerSecond),
  };
}

function remarks({ mostRows }: Trial, isSoftware: boolean): string {
  const short = mostRows && `in runs of at most ${mostRows} tokens, because longer ones give wrong numbers`;
  return [short, isSoftware && "it is software: auto never chooses it"].filter(Boolean).join("; ");
}

export function readableDevice(found: DeviceReport): string {
  const { device, form, gpu, state, reason, loadMs, prefillTokensPerSecond, decodeTokensPerSecond } = found;
  const name = [device, form, gpu && `(${gpu})`].filter(Boolean).join(" ");
  const figures =
    state === "works" &&
    `loaded in ${loadMs} ms, prefill ${prefillTokensPerSecond} and decode ${decodeTokensPerSecond} tokens/s`;
  return `  ${name}: ${[figures, state === "fails" && "does not work", reason].filter(Boolean).join("; ")}`;
}
