// A process that measures how fast the strong model is here, on the device that it would run on, or recalls what was measured before: the host
// goes on answering, and the memory that it takes ends with it. Both sides of it. Decides nothing.

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
import { openModelIn } from "./localModel.ts";

export interface SpeedRequest {
  kind: "speed";
  source: ModelSource;
  device: SentDevice;
  askedDevice: AskedDevice;
  rounds?: number; // of measuring, at most; default: a few, with pauses
}

/** What came of measuring: times, with why they do not count where others have disturbed them; or the fault that stood in the way. */
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

/** Deriving the forms of a large model, trying its devices, loading it, and several rounds with their pauses. */
const LIMIT_MS = 600_000;

/** Measures in a process of its own. Never throws: what went wrong is a fault. */
export async function speedElsewhere(
  request: Omit<SpeedRequest, "kind">,
  { entry = deviceEntry(), limitMs = LIMIT_MS }: { entry?: string; limitMs?: number } = {},
): Promise<MeasuredSpeed> {
  try {
    return await askProcess<MeasuredSpeed>(entry, { kind: "speed", ...request }, limitMs);
  } catch (error) {
    return { kind: "fault", message: (error as Error).message };
  }
}

export const isSpeedRequest = (request: unknown): request is SpeedRequest =>
  (request as { kind?: unknown }).kind === "speed";

/** In the process itself. */
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
