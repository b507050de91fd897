// The received part of a file: appended to, restarted, or finished, with a running hash. Makes no requests.

import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { parsedJson } from "../../common/util/parsedJson.ts";
import { writeWhole } from "../../common/util/writeWhole.ts";

/** What a part belongs to: it is resumed only for the same file. */
export interface PartNote {
  url: string; // address of the version
  sha256?: string; // of the whole file
  etag?: string; // etag from the server that sends it
}

/** Writes all of `chunk` at `position`. @throws the file system's error */
export type WriteAt = (handle: FileHandle, chunk: Buffer, position: number) => Promise<void>;

export const writeAt: WriteAt = async (handle, chunk, position) => {
  for (let done = 0; done < chunk.length; )
    done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
};

const READ_BYTES = 4 << 20;

export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  #sizeBytes = 0;
  #hash: Hash = createHash("sha256");
  #note: PartNote | undefined;

  private constructor(target: string, handle: FileHandle) {
    this.#target = target;
    this.#handle = handle;
  }

  /**
   * Opens `<target>.part`, or creates it. An existing part is hashed, unless it belongs to something else or cannot be trusted.
   * @param wanted the whole file's sha256, if known; without it a part is kept only if it has an etag
   */
  static async open(target: string, wanted: PartNote): Promise<PartFile> {
    const handle = await open(`${target}.part`, constants.O_RDWR | constants.O_CREAT, 0o600);
    const part = new PartFile(target, handle);
    try {
      const note = parsedJson(await readFile(part.#notePath, "utf8").catch(() => "")) as PartNote | undefined;
      const isSame = wanted.sha256
        ? note?.sha256 === wanted.sha256
        : note?.url === wanted.url && note.etag !== undefined;
      if (isSame) {
        part.#note = note;
        await part.#hashAll();
      } else await part.restart();
      return part;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The etag from the server that sent the part. */
  get etag(): string | undefined {
    return this.#note?.etag;
  }

  /** Records what the following bytes belong to. */
  begin(note: PartNote): void {
    this.#note = note;
    writeWhole(this.#notePath, JSON.stringify(note));
  }

  async append(chunk: Buffer, write: WriteAt): Promise<void> {
    await write(this.#handle, chunk, this.#sizeBytes);
    this.#sizeBytes += chunk.length;
    this.#hash.update(chunk);
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#sizeBytes = 0;
    this.#hash = createHash("sha256");
    this.#note = undefined;
    await rm(this.#notePath, { force: true });
  }

  /** The hash of the part so far. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Ends a complete part: it gets the file's name, once it is on the disk. */
  async finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(`${this.#target}.part`, this.#target);
    await rm(this.#notePath, { force: true });
  }

  /** Ends an incomplete part: keeps it, synced to the disk where possible. */
  async keep(): Promise<void> {
    await this.#handle.sync().catch(() => {}); // the disk may be full
    await this.#handle.close();
  }

  get #notePath(): string {
    return `${this.#target}.part.json`;
  }

  async #hashAll(): Promise<void> {
    const chunk = Buffer.allocUnsafeSlow(READ_BYTES);
    for (;;) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, this.#sizeBytes);
      if (bytesRead === 0) return;
      this.#hash.update(chunk.subarray(0, bytesRead));
      this.#sizeBytes += bytesRead;
    }
  }
}
