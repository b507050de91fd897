// The progress and speed of copying or downloading a model. Moves nothing.

export interface TransferProgress {
  file: string; // the file being transferred
  receivedBytes: number; // of all files together, including what was already there
  totalBytes: number;
  bytesPerSecond: number; // over the last seconds
}

export type OnProgress = (progress: TransferProgress) => void;

const REPORT_MS = 200;
const WINDOW_MS = 5_000;

/** Counts the bytes of one transfer and reports at most five times a second, and at the end. */
export class Meter {
  readonly #totalBytes: number;
  readonly #onProgress: OnProgress;
  readonly #nowMs: () => number;
  #receivedBytes = 0;
  #windowStart: { ms: number; bytes: number };
  #speed = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(totalBytes: number, onProgress: OnProgress = () => {}, nowMs = () => performance.now()) {
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
    this.#nowMs = nowMs;
    this.#windowStart = { ms: nowMs(), bytes: 0 };
  }

  /**
   * @param bytes negative where bytes that were received must be received again
   * @param areNew false for bytes that were already there: they count as progress, but not as speed
   */
  add(file: string, bytes: number, areNew = true): void {
    this.#receivedBytes += bytes;
    if (!areNew) this.#windowStart.bytes += bytes;
    const nowMs = this.#nowMs();
    const { ms, bytes: before } = this.#windowStart;
    if (nowMs > ms) this.#speed = (1000 * (this.#receivedBytes - before)) / (nowMs - ms);
    if (nowMs - ms > WINDOW_MS) this.#windowStart = { ms: nowMs, bytes: this.#receivedBytes };
    if (nowMs - this.#toldMs < REPORT_MS && this.#receivedBytes < this.#totalBytes) return;
    this.#toldMs = nowMs;
    this.#onProgress({
      file,
      receivedBytes: this.#receivedBytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond: Math.round(this.#speed),
    });
  }
}
