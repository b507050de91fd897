// A separate process that measures the strong model's speed on the device that it would run on, or recalls an earlier measurement: the host
// keeps answering, and the memory that measuring takes is freed when the process ends. Both sides of it. Decides nothing.

import { UserError, type UserErrorCode } from "../../common/errors.ts";
import { chooseDevice, type Trial } from "../engine/load/chooseDevice.ts";
import type { TierTimes } from "../engine/load/chooseTier.ts";
import { Measurements } from "../engine/load/deviceMeasurements.ts";
import { loadDecoder } from "../engine/load/loadDecoder.ts";
import type { ModelSource } from "../engine/load/openAdapted.ts";
import { rememberedTimes, rememberTimes, type TierMeasurementKey } from "../engine/load/tierMeasurements.ts";
import { measureTimes } from "../engine/load/tierSpeed.ts";
import type { AskedDevice } from "../engine/runtime/device.ts";
import { defaultThreads } from "../engine/runtime/threads.ts";
import { askProcess, deviceEntry, processProbe, type SentDevice } from "./deviceProcess.ts";
import { openModelIn } from "./firstUse.ts";

export interface SpeedRequest {
  kind: "speed";
  source: ModelSource;
  device: SentDevice;
  askedDevice: AskedDevice;
  rounds?: number; // most rounds of measuring; default: a few, with pauses
}

/**
 * The outcome of measuring: times, with the reason why they do not count if other programs disturbed them; or the error that prevented
 * measuring.
 */
export type MeasuredSpeed =
  | {
      kind: "times";
      times: TierTimes;
      isRemembered: boolean;
      device: string;
      form: string;
      threads: number;
      disturbance?: string;
    }
  | { kind: "fault"; message: string; code?: UserErrorCode };

/**
 * Time limit, in milliseconds: covers deriving the forms of a large model, trying its devices, loading it, and several rounds with their pauses.
 */
const LIMIT_MS = 600_000;

/** Measures in a separate process. Never throws: an error is returned as a fault. */
export async function speedElsewhere(
  request: Omit<SpeedRequest, "kind">,
  { entry = deviceEntry(), limitMs = LIMIT_MS }: { entry?: string; limitMs?: number } = {},
): Promise<MeasuredSpeed> {
  try {
    return await askProcess<MeasuredSpeed>(entry, { kind: "speed", ...request }, { timeoutMs: limitMs });
  } catch (error) {
    return { kind: "fault", message: (error as Error).message };
  }
}

/** The measurement itself, inside that process. */
export async function speedOf(request: SpeedRequest): Promise<MeasuredSpeed> {
  try {
    return await measured(request);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "fault", message: error.message, code: error.code };
  }
}

async function measured({ source, device: sent, askedDevice, rounds }: SpeedRequest): Promise<MeasuredSpeed> {
  const { cacheDir, threads = defaultThreads() } = sent;
  const model = await openModelIn(source);
  const { weightsSha256 } = model;
  const probe = processProbe(source, sent);
  const found = await chooseDevice(
    askedDevice,
    probe,
    ({ gpus }) => new Measurements(cacheDir, { weightsSha256, gpus }),
  );
  const { device, form, mostRows }: Pick<Trial, "device" | "form" | "mostRows"> = found.chosen ?? {
    device: "cpu",
    form: "row8",
  };
  const gpu = found.chosen && found.gpu && `${found.gpu.name} ${found.gpu.driver}`;
  const key: TierMeasurementKey = { weightsSha256, device, form, gpu, threads };
  const facts = { kind: "times", device, form, threads } as const;
  const remembered = rememberedTimes(cacheDir, key);
  if (remembered) return { ...facts, times: remembered, isRemembered: true };
  const decoder = await loadDecoder(model, { cacheDir, threads, device, form, mostRows });
  try {
    const { times, disturbance } = await measureTimes(decoder, device === "cpu" ? threads : undefined, { rounds });
    if (disturbance === undefined) rememberTimes(cacheDir, key, times);
    return { ...facts, times, isRemembered: false, disturbance };
  } finally {
    decoder.dispose();
  }
}
