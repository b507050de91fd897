// The compilers of a window: one for each workspace folder in which somebody writes TypeScript or JavaScript.

import { fileURLToPath } from "node:url";
import { CompilerThread, type CompilerThreadOptions } from "./thread.ts";

export class Compilers {
  readonly #options: Omit<CompilerThreadOptions, "root">;
  readonly #byRoot = new Map<string, CompilerThread>();

  constructor(options: Omit<CompilerThreadOptions, "root">) {
    this.#options = options;
  }

  /** Starts nothing: the thread comes when it is asked. @param root absolute path of the folder */
  of(root: string): CompilerThread {
    const known = this.#byRoot.get(root);
    if (known) return known;
    const thread = new CompilerThread({ ...this.#options, root });
    this.#byRoot.set(root, thread);
    return thread;
  }

  /** Files that have come, changed or gone on the disk. */
  changed(uris: readonly string[]): void {
    const files = uris.filter((uri) => uri.startsWith("file:")).map((uri) => fileURLToPath(uri));
    for (const thread of this.#byRoot.values()) thread.changed(files);
  }
}
