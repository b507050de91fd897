// The compilers of a window: one for each workspace folder in which somebody writes TypeScript or JavaScript.

import type { SymbolCheck } from "../completion/symbolCheck.ts";
import { CompilerThread, type CompilerThreadOptions } from "./thread.ts";

export class Compilers {
  readonly #options: Omit<CompilerThreadOptions, "root">;
  readonly #byRoot = new Map<string, CompilerThread>();

  constructor(options: Omit<CompilerThreadOptions, "root">) {
    this.#options = options;
  }

  /** Starts nothing: the thread comes when it is asked. @param root absolute path of the folder */
  of(root: string): SymbolCheck {
    const known = this.#byRoot.get(root);
    if (known) return known;
    const thread = new CompilerThread({ ...this.#options, root });
    this.#byRoot.set(root, thread);
    return thread;
  }

  /** Files that have come, changed or gone on the disk. @param files absolute paths */
  changed(files: readonly string[]): void {
    for (const thread of this.#byRoot.values()) thread.changed(files);
  }

  /** Ends all threads; the next question starts them again. */
  dispose(): void {
    for (const thread of this.#byRoot.values()) thread.dispose();
  }
}
