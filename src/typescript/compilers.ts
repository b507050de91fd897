// The compilers of a window: one for each workspace folder in which TypeScript or JavaScript is written.

import { fileURLToPath } from "node:url";
import { CompilerThread, type CompilerThreadOptions } from "./thread.ts";

export class Compilers {
  readonly #options: Omit<CompilerThreadOptions, "root">;
  readonly #byRoot = new Map<string, CompilerThread>();

  constructor(options: Omit<CompilerThreadOptions, "root">) {
    this.#options = options;
  }

  /** Starts nothing: the thread starts at its first question. @param root absolute path of the folder */
  of(root: string): CompilerThread {
    const known = this.#byRoot.get(root);
    if (known) return known;
    const thread = new CompilerThread({ ...this.#options, root });
    this.#byRoot.set(root, thread);
    return thread;
  }

  /** Files were created, changed or deleted on the disk. */
  changed(uris: readonly string[]): void {
    const files = uris.filter((uri) => uri.startsWith("file:")).map((uri) => fileURLToPath(uri));
    for (const thread of this.#byRoot.values()) thread.changed(files);
  }
}
