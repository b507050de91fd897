// A separate process that lists this machine's devices, or tries one of them with a model: a driver may crash the process, or never return. Both
// sides of it. The form that it derives for the trial stays in the cache folder.

import { spawn } from "node:child_process";
import { Cancelled, UserError } from "../../common/errors.ts";
import { processEntry, sourceFlags } from "../../common/util/ownProcess.ts";
import type { Candidate, DeviceOffer, DeviceProbe, Trial } from "../engine/load/chooseDevice.ts";
import { tryCandidate } from "../engine/load/deviceTrial.ts";
import { listGpus } from "../engine/load/gpuList.ts";
import type { DeviceOptions } from "../engine/load/loadDecoder.ts";
import type { ModelSource } from "../engine/load/openAdapted.ts";
import { listBackends } from "../engine/runtime/environment.ts";
import { openModelIn } from "./firstUse.ts";

/** The part of a device's options that is sent to another process. */
export type SentDevice = Pick<DeviceOptions, "cacheDir" | "threads">;

interface TrialRequest {
  kind: "trial";
  source: ModelSource;
  device: SentDevice;
  candidate: Candidate;
}

export type DeviceRequest = { kind: "offer" } | TrialRequest;

interface ProbeLimits {
  entry: string; // the process's script
  offerMs: number;
  trialMs: number;
}

/** Time limits for listing the devices and for a trial. A trial derives a large model, loads it twice and measures it. */
const LIMITS = { offerMs: 20_000, trialMs: 180_000 };

/** The script of the process that lists devices, tries them and measures on them. */
export const deviceEntry = (): string => processEntry("devices.cjs", "server/devices.ts");

/** A probe that tries devices with a model in separate processes. */
export function processProbe(
  source: ModelSource,
  { cacheDir, threads }: SentDevice,
  limits: Partial<ProbeLimits> = {},
): DeviceProbe {
  const { offerMs, trialMs, entry = deviceEntry() } = { ...LIMITS, ...limits };
  return {
    offer: () => askProcess<DeviceOffer>(entry, { kind: "offer" }, { timeoutMs: offerMs }),
    async attempt(candidate) {
      try {
        const request: TrialRequest = { kind: "trial", source, device: { cacheDir, threads }, candidate };
        return await askProcess<Trial & { isTransient?: boolean }>(entry, request, { timeoutMs: trialMs });
      } catch (error) {
        const { device, form } = candidate;
        return { device, form, works: false, reason: (error as Error).message };
      }
    },
  };
}

interface AskLimits {
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * The answer of a new process of `entry` to `request`, which goes over its channel: arguments can be read by other users of the machine.
 * @throws Error saying how the process ended, where it ended without an answer; Cancelled when the signal fires
 */
export function askProcess<T extends object>(
  entry: string,
  request: object,
  { timeoutMs, signal }: AskLimits,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw new Cancelled();
    const child = spawn(process.execPath, [...sourceFlags, entry], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      windowsHide: true,
    });
    child.send(request, () => {}); // a process that has ended by now says so below
    let answer: T | undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    const end = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", end);
    child.on("message", (message: T) => {
      answer = message;
    });
    child.on("error", reject);
    child.on("close", (status, endedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(new Cancelled());
      else if (answer) resolve(answer);
      else if (isLate) reject(new Error(`no answer within ${timeoutMs / 1000} s`));
      else reject(new Error(`the process that tried it ended with ${endedBy ?? `status ${status}`}`));
    });
  });
}

/** Sends the result of `work` for the request that comes over the process's channel, and ends the process. */
export async function answerWith(work: (request: object) => Promise<object>): Promise<void> {
  process.on("disconnect", () => process.exit(0)); // the parent process is gone
  const answer = await work(await new Promise<object>((resolve) => process.once("message", resolve)));
  await new Promise((resolve) => process.send!(answer, undefined, {}, resolve));
  process.exit(0);
}

export const aboutDevices = (request: DeviceRequest): Promise<object> =>
  request.kind === "offer" ? offer() : attempt(request);

async function offer(): Promise<DeviceOffer> {
  return { backends: await listBackends(), gpus: await listGpus() };
}

async function attempt({ source, device, candidate }: TrialRequest): Promise<Trial & { isTransient?: boolean }> {
  try {
    return await tryCandidate(await openModelIn(source), candidate, device);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { device: candidate.device, form: candidate.form, works: false, reason: error.message, isTransient: true };
  }
}
