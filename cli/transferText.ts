// Reports downloads and imports on a terminal. Moves nothing.

import type { OnProgress } from "../server/engine/models/transfer.ts";

export const inMegabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;

const STEP = 0.05;
const LONGEST_SILENCE_MS = 10_000;

/** Logs a line for each twentieth of the transfer, and after ten seconds without one: stderr may be a file. */
export function progressLines(log: (line: string) => void, nowMs = () => performance.now()): OnProgress {
  let toldShare = 0;
  let toldMs = nowMs();
  return ({ file, receivedBytes, totalBytes, bytesPerSecond }) => {
    const share = totalBytes === 0 ? 1 : receivedBytes / totalBytes;
    const isStep = share >= toldShare + STEP || (share === 1 && toldShare < 1);
    if (!isStep && nowMs() - toldMs < LONGEST_SILENCE_MS) return;
    toldShare = share;
    toldMs = nowMs();
    const left = bytesPerSecond > 0 ? `, ${duration((totalBytes - receivedBytes) / bytesPerSecond)} left` : "";
    const amounts = `${inMegabytes(receivedBytes)} of ${inMegabytes(totalBytes)}`;
    log(`${Math.floor(100 * share)} %  ${amounts}, ${inMegabytes(bytesPerSecond)}/s${left}  ${file}`);
  };
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
