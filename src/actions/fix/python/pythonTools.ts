// The Python tools of a window, one for each workspace folder that has one. Starts nothing before the first question.

import { Mypy, mypyOf } from "./mypy.ts";
import { Pyright, pyrightOf } from "./pyright.ts";
import type { PythonTypes } from "./pythonTypes.ts";

export class PythonTools {
  readonly #log: (line: string) => void;
  readonly #byRoot = new Map<string, PythonTypes | undefined>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** @param root absolute path of a trusted folder. @returns undefined where no tool is installed */
  of(root: string): PythonTypes | undefined {
    if (!this.#byRoot.has(root)) {
      const found = pythonTypesOf(root, this.#log);
      if (found) this.#log(`${found.program} is asked about the types of Python in ${root}.`);
      this.#byRoot.set(root, found);
    }
    return this.#byRoot.get(root);
  }

  dispose(): void {
    for (const types of this.#byRoot.values()) types?.dispose?.();
    this.#byRoot.clear();
  }
}

/** Pyright, whose server keeps what it has read, otherwise mypy; undefined where neither is installed. */
export function pythonTypesOf(root: string, log: (line: string) => void): PythonTypes | undefined {
  const server = pyrightOf(root);
  if (server !== undefined) return new Pyright(server, root, log);
  const program = mypyOf(root);
  return program === undefined ? undefined : new Mypy(program, root, log);
}
