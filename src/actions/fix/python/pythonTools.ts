// The Python tools of a window, one for each workspace folder that has one. Starts nothing before the first question.

import { Mypy, mypyOf } from "./mypy.ts";

export class PythonTools {
  readonly #log: (line: string) => void;
  readonly #byRoot = new Map<string, Mypy | undefined>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** @param root absolute path of a trusted folder. @returns undefined where no tool is installed */
  of(root: string): Mypy | undefined {
    if (!this.#byRoot.has(root)) {
      const program = mypyOf(root);
      if (program) this.#log(`${program} is asked about the types of Python in ${root}.`);
      this.#byRoot.set(root, program === undefined ? undefined : new Mypy(program, root, this.#log));
    }
    return this.#byRoot.get(root);
  }
}
