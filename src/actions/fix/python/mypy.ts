// mypy, where the workspace has it installed: what types tell of a Python file, as it would be with changes. Asked as a tool of the person's own, in
// trusted workspaces only (its configuration may run code), within a time and a length; never installed, and writes nothing into the workspace.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Problem } from "../../../typescript/problems.ts";
import { lineStartsOf } from "../../../workspace/chunks.ts";
import { type PythonTypes, programOf, TYPES_CODE } from "./pythonTypes.ts";

/** How long one check may take, in milliseconds; the first one of a folder reads the types of all that is imported. */
const CHECK_MS = 20_000;
const MAX_OUTPUT_BYTES = 1_000_000;

/** Options under which each error is one line with its range, and nothing but this file's errors is said. */
const OPTIONS = [
  ...["--show-column-numbers", "--show-error-end", "--show-error-codes", "--no-pretty", "--no-color-output"],
  ...["--no-error-summary", "--hide-error-context", "--follow-imports=silent"],
];

export class Mypy implements PythonTypes {
  readonly program: string;
  readonly #root: string;
  readonly #log: (line: string) => void;
  readonly #own: string; // a folder for the changed text and for mypy's cache
  readonly #checkMs: number;
  #isSetAside = false;

  constructor(program: string, root: string, log: (line: string) => void, checkMs: number = CHECK_MS) {
    this.#checkMs = checkMs;
    this.program = program;
    this.#root = root;
    this.#log = log;
    this.#own = mkdtempSync(path.join(tmpdir(), "sotto-mypy-"));
    process.once("exit", () => rmSync(this.#own, { recursive: true, force: true }));
  }

  /** The errors of a file with this text; undefined where mypy says nothing that can be used, which the log has once. */
  async problems(file: string, text: string): Promise<Problem[] | undefined> {
    if (this.#isSetAside) return undefined;
    const shadow = path.join(this.#own, "text.py");
    writeFileSync(shadow, text);
    const options = [
      ...OPTIONS,
      "--cache-dir",
      path.join(this.#own, "cache"),
      "--shadow-file",
      file,
      shadow,
      "--",
      file,
    ];
    const answer = await this.#run(options);
    if (answer.fault === undefined) return problemsIn(answer.output, text);
    this.#isSetAside = true;
    this.#log(`${this.program} is not asked again: ${answer.fault}.`);
    return undefined;
  }

  #run(options: readonly string[]): Promise<{ output: string; fault?: string }> {
    const limits = { cwd: this.#root, timeout: this.#checkMs, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true };
    return new Promise((resolve) => {
      execFile(this.program, options, limits, (error, output, said) => {
        // 0: no errors, 1: errors; 2: mypy itself has failed, or the file does not parse
        const code = error?.code as number | string | undefined;
        if (!error || code === 1 || (code === 2 && output.includes("[syntax]"))) return resolve({ output });
        const fault = error.killed
          ? `it took longer than ${this.#checkMs / 1000} s`
          : said.split("\n")[0] || error.message;
        resolve({ output, fault });
      });
    });
  }
}

/** @returns the path of the program; undefined where none is installed */
export const mypyOf = (root: string, environmentPath?: string): string | undefined =>
  programOf("mypy", root, environmentPath);

/** What another environment would know: no edit of the file mends it. */
const UNINSTALLED = /\[import-(?:not-found|untyped)\]$/;
const ERROR = /^[^\n]{1,4000}?:(\d{1,7}):(\d{1,7}):(\d{1,7}):(\d{1,7}): error: ([^\n]{1,2000})$/;

function problemsIn(output: string, text: string): Problem[] {
  const starts = lineStartsOf(text);
  const at = (line: string, column: string) =>
    Math.min(text.length, (starts[Number(line) - 1] ?? text.length) + Number(column) - 1);
  return output.split("\n").flatMap((line): Problem[] => {
    const [, fromLine, from, toLine, to, message] = ERROR.exec(line.trimEnd()) ?? [];
    if (message === undefined || UNINSTALLED.test(message)) return [];
    const range = { start: at(fromLine!, from!), end: at(toLine!, to!) + 1 };
    return [{ ...narrowed(range, message, text), code: TYPES_CODE, message, isSyntax: message.endsWith("[syntax]") }];
  });
}

/** mypy names a whole expression; where a member is wrong its name is what is looked at. */
function narrowed(
  range: { start: number; end: number },
  message: string,
  text: string,
): { start: number; end: number } {
  const [, member] = /has no attribute "(\w{1,200})"/.exec(message) ?? [];
  const at = member === undefined ? -1 : text.slice(range.start, range.end).lastIndexOf(`.${member}`);
  return at < 0 ? range : { start: range.start + at + 1, end: range.start + at + 1 + member!.length };
}
