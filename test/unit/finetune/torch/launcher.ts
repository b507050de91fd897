// Runs trainings in the Python of the tests, which imports PyTorch once (launcher.py). Not a test.

import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { parsedJson } from "../../../../common/util/parsedJson.ts";
import { trainerSource } from "../../../../finetune/torch/python.ts";
import { writeRequest } from "../../../../finetune/torch/torchTrainer.ts";
import type {
  TrainingMessage,
  TrainingProgress,
  TrainingReport,
  TrainingRequest,
} from "../../../../server/train/run/request.ts";

/** From the `pass`th pass of the process `rank` on: see launcher.py. */
export type Fault = [kind: "oom" | "oom-always" | "kill" | "stop", rank: number, pass: number];

export interface HowToRun {
  processes?: number;
  fault?: Fault;
  more?: readonly string[]; // arguments
}

export interface Ran {
  report?: TrainingReport;
  error?: { code: string; message: string };
  progress: TrainingProgress[];
  log: string[];
  lines: string[]; // all that was written
  status: number;
}

export class Launcher {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #answers: Interface;

  constructor(python: string) {
    this.#child = spawn(python, [path.join(import.meta.dirname, "launcher.py"), trainerSource()], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    this.#answers = createInterface({ input: this.#child.stdout! });
    this.#lines = this.#answers[Symbol.asyncIterator]();
  }

  /** In 32 bits unless told otherwise. @param baseDir the folder for the base, which is written once */
  async run(request: TrainingRequest, baseDir: string, { processes = 1, fault, more = [] }: HowToRun = {}) {
    const file = await writeRequest(request, baseDir, () => {});
    return this.launch(["--request", file, "--precision", "fp32", ...more], processes, fault);
  }

  async launch(args: readonly string[], processes = 1, fault?: Fault): Promise<Ran> {
    this.#child.stdin!.write(`${JSON.stringify({ processes, arguments: args, fault: fault ?? null })}\n`);
    let answer: { lines?: string[]; status?: number } = {};
    while (answer.lines === undefined) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error("the launcher has ended");
      answer = JSON.parse(value);
    }
    const ran: Ran = { progress: [], log: [], lines: answer.lines, status: answer.status! };
    for (const line of answer.lines) {
      const message = parsedJson(line) as TrainingMessage | undefined;
      if (typeof message !== "object" || message === null) continue;
      if ("log" in message) ran.log.push(message.log);
      if ("progress" in message) ran.progress.push(message.progress);
      if ("report" in message) ran.report = message.report;
      if ("error" in message) ran.error = message.error;
    }
    return ran;
  }

  close(): void {
    this.#child.stdin!.end();
    this.#answers.close();
  }
}
