// A disk in memory that is full at some byte, or stops after a number of operations and says what is on it then: after the process was
// killed, and after the power went out. Not a test.

import type { FileOperations } from "../../../../server/train/run/replaceFile.ts";

/** Thrown by each operation from the kill on; a real process does not see it. */
class Killed extends Error {}

interface DiskLimits {
  writeAtMost: number;
  killAfter?: number;
  roomBytes?: number;
}

interface File {
  bytes: number[];
  syncedBytes: number; // so many of them are on the disk for certain
}

export class MemoryDisk implements FileOperations {
  operations = 0; // done so far
  readonly #killAfter: number;
  readonly #writeAtMost: number;
  #roomBytes: number;
  #names = new Map<string, File>();
  #syncedNames = new Map<string, File>();
  readonly #open = new Map<number, File>();

  /**
   * Holds `files`, safely. A write takes at most `writeAtMost` bytes, so that there are many. All operations after the first `killAfter`
   * do nothing; after `roomBytes` new bytes the disk is full.
   */
  constructor(
    files: Record<string, Uint8Array>,
    { writeAtMost, killAfter = Number.POSITIVE_INFINITY, roomBytes = Number.POSITIVE_INFINITY }: DiskLimits,
  ) {
    for (const [name, bytes] of Object.entries(files))
      this.#names.set(name, { bytes: [...bytes], syncedBytes: bytes.length });
    this.#syncedNames = new Map(this.#names);
    this.#killAfter = killAfter;
    this.#writeAtMost = writeAtMost;
    this.#roomBytes = roomBytes;
  }

  /** Runs `work` until the kill. */
  until(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  get wasKilled(): boolean {
    return this.operations >= this.#killAfter;
  }

  /** What may be found under `name` afterwards: by the next process; after a power cut with the names of then, or the last synced ones. */
  outcomes(name: string): Record<string, Uint8Array | undefined> {
    const now = this.#names.get(name);
    const synced = this.#syncedNames.get(name);
    const certain = (file: File | undefined) => file && Uint8Array.from(file.bytes.slice(0, file.syncedBytes));
    return {
      killed: now && Uint8Array.from(now.bytes),
      "power cut, new names": certain(now),
      "power cut, old names": certain(synced),
    };
  }

  names(): string[] {
    return [...this.#names.keys()];
  }

  create(file: string): number {
    this.#tick();
    const entry = { bytes: [], syncedBytes: 0 };
    this.#names.set(file, entry);
    this.#open.set(this.operations, entry);
    return this.operations;
  }

  write(fd: number, bytes: Uint8Array): number {
    this.#tick();
    if (this.#roomBytes <= 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const taken = bytes.subarray(0, Math.min(this.#writeAtMost, this.#roomBytes));
    this.#roomBytes -= taken.length;
    this.#open.get(fd)!.bytes.push(...taken);
    return taken.length;
  }

  sync(fd: number): void {
    this.#tick();
    const file = this.#open.get(fd)!;
    file.syncedBytes = file.bytes.length;
  }

  close(fd: number): void {
    this.#tick();
    this.#open.delete(fd);
  }

  rename(from: string, to: string): void {
    this.#tick();
    this.#names.set(to, this.#names.get(from)!);
    this.#names.delete(from);
  }

  remove(file: string): void {
    this.#tick();
    this.#names.delete(file);
  }

  syncFolder(): void {
    this.#tick();
    this.#syncedNames = new Map(this.#names);
  }

  #tick(): void {
    if (this.operations >= this.#killAfter) throw new Killed();
    this.operations++;
  }
}
