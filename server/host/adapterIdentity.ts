// Identifies an adapter by a hash of its folder's files: the same folder with other files is another adapter. Reads the files only where they
// may have changed. Does not check what they mean (readAdapter does).

import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { adapterInvalid } from "../../common/errors.ts";
import { READ_AT_ONCE, UNREAD } from "../../common/util/cappedRead.ts";
import { AdapterFiles } from "../engine/adapters/adapter.ts";
import type { AdapterDir } from "./protocol/adapters.ts";

/** How many folders keep their hash. */
const MOST_FOLDERS = 32;

export class AdapterIdentities {
  readonly #known = new Map<string, { stamp: string; sha256: string | Promise<string> }>(); // by folder

  /**
   * The hash of the adapter's files. Returned synchronously while the files are unchanged, so that consecutive requests keep their order.
   * @throws UserError adapterInvalid, where a file is missing or cannot be read
   */
  of(dir: AdapterDir): string | Promise<string> {
    const stamp = stampOf(dir);
    const known = this.#known.get(dir);
    if (known?.stamp === stamp) return known.sha256;
    const entry = { stamp, sha256: hashOf(dir) as string | Promise<string> };
    (entry.sha256 as Promise<string>).then(
      (sha256) => {
        entry.sha256 = sha256;
      },
      () => {
        if (this.#known.get(dir) === entry) this.#known.delete(dir); // the next call tries again
      },
    );
    this.#known.delete(dir);
    this.#known.set(dir, entry);
    if (this.#known.size > MOST_FOLDERS) this.#known.delete(this.#known.keys().next().value!);
    return entry.sha256;
  }
}

const files = (dir: AdapterDir) => Object.values(AdapterFiles).map((name) => path.join(dir, name));

/** A stamp that changes whenever one of the files is written or replaced. */
function stampOf(dir: AdapterDir): string {
  return files(dir)
    .map((file) => {
      try {
        const stat = statSync(file, { bigint: true });
        if (!stat.isFile()) throw new Error(UNREAD.notFile);
        const { ino, size, mtimeNs, ctimeNs } = stat;
        return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
      } catch (error) {
        throw unreadable(file, error);
      }
    })
    .join("\n");
}

async function hashOf(dir: AdapterDir): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files(dir)) {
    const own = createHash("sha256");
    try {
      const handle = await open(file, READ_AT_ONCE);
      for await (const bytes of handle.createReadStream()) own.update(bytes);
    } catch (error) {
      throw unreadable(file, error);
    }
    hash.update(own.digest());
  }
  return hash.digest("hex");
}

function unreadable(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return adapterInvalid(file, code === "ENOENT" ? "it is missing" : `it cannot be read (${message})`);
}
