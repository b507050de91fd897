// How far a copy or a download of a model is, and how fast. Moves nothing.

export interface TransferProgress {
  file: string; // that is on its way now
  receivedBytes: number; // of all files together, with what was there before
  totalBytes: number;
  bytesPerSecond: number; // over the last seconds
}

export type OnProgress = (progress: TransferProgress) => void;

const REPORT_MS = 200;
const WINDOW_MS = 5_000;

/** Counts the bytes of one transfer and tells at most five times a second, and at the end. */
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
   * @param bytes negative where what had come has to come again
   * @param areNew false for what was there before: it counts, and makes nothing faster
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
