// A Neovim of its own for a test, without a screen and without the person's settings: keys go in, the text and what is drawn over it come out.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { type Packed, pack, unpack } from "./messagePack.ts";

const REQUEST = 0;
const RESPONSE = 1;

type Cell = readonly [text: string, highlight?: number, repeat?: number];

export class Neovim {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (error: Packed, result: Packed) => void>();
  #unread = Buffer.alloc(0);
  #lastId = 0;
  readonly #screen: string[][] = []; // cells by row
  /** What a screen has shown since `attach`, whenever it was to be painted: its rows. */
  frames: string[][] = [];

  constructor(env: NodeJS.ProcessEnv, cwd: string) {
    this.#process = spawn("nvim", ["--embed", "--headless", "--clean"], {
      env,
      cwd,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdout.on("data", (data: Buffer) => this.#read(data));
  }

  /** A function of Neovim's API. @throws Error as Neovim says it */
  call(method: string, ...args: Packed[]): Promise<Packed> {
    const id = this.#lastId++;
    this.#process.stdin.write(pack([REQUEST, id, method, args]));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (error, result) =>
        error === null ? resolve(result) : reject(new Error(JSON.stringify(error))),
      );
    });
  }

  lua(code: string, ...args: Packed[]): Promise<Packed> {
    return this.call("nvim_exec_lua", code, args);
  }

  /** Shows it on a screen of so many columns and rows. */
  async attach(columns: number, rows: number): Promise<void> {
    for (let row = 0; row < rows; row++) this.#screen.push(Array(columns).fill(" "));
    await this.call("nvim_ui_attach", columns, rows, { ext_linegrid: true });
  }

  async quit(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }

  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (let found = unpack(this.#unread); found; found = unpack(this.#unread)) {
      this.#unread = this.#unread.subarray(found.end);
      const [kind, id, error, result] = found.value as [number, number, Packed, Packed];
      if (kind !== RESPONSE) {
        if (String(id) === "redraw")
          for (const [event, ...calls] of error as [string, ...Packed[][]][]) this.#draw(event, calls);
        continue;
      }
      this.#waiting.get(id)?.(error, result);
      this.#waiting.delete(id);
    }
  }

  /** As `:help ui-linegrid` says. */
  #draw(event: string, calls: readonly Packed[][]): void {
    const screen = this.#screen;
    if (event === "flush") this.frames.push(screen.map((row) => row.join("").trimEnd()));
    if (event === "grid_clear") for (const row of screen) row.fill(" ");
    for (const call of calls) {
      if (event === "grid_line") {
        const [, row, start, cells] = call as [number, number, number, Cell[]];
        const texts = cells.flatMap(([text, , repeat = 1]) => Array<string>(repeat).fill(text));
        screen[row]?.splice(start, texts.length, ...texts);
      } else if (event === "grid_scroll") {
        const [, top, bottom, , , by] = call as number[] as [number, number, number, number, number, number];
        const moved = screen.slice(top, bottom).map((row) => [...row]);
        for (let row = top; row < bottom; row++) screen[row] = moved[row - top + by] ?? screen[row]!;
      }
    }
  }
}
