// A scheduler with tasks that a test steps through run by run.

import assert from "node:assert/strict";
import { Cancelled } from "../../../common/errors.ts";
import {
  type EndReason,
  Scheduler,
  type Task,
  type TaskRequest,
  type WaitingLimits,
} from "../../../server/host/scheduler.ts";

export const never = new AbortController().signal;
export const settled = () => new Promise(setImmediate); // all that follows from what was done has happened

type Answer = { value?: number; ended?: EndReason; refused?: string };

/** A scheduler with tasks of some runs each; every run lasts until `step` ends it. */
export class Stage {
  readonly scheduler: Scheduler;
  readonly runs: string[] = []; // names of the tasks, one for each run that began
  private finishRun: (() => void) | undefined;

  constructor(limits?: WaitingLimits) {
    this.scheduler = new Scheduler(limits);
  }

  /** A task that stops at its signal with what there is, as a generation does: the value is the number of finished runs. */
  start(name: string, change: Partial<TaskRequest> = {}, runs = 1): Promise<Answer> {
    const request: TaskRequest = { class: "completion", client: this, signal: never, ...change };
    const task: Task<number> = async (turn, signal) => {
      for (let finished = 0; finished < runs; finished++) {
        try {
          await turn();
          await this.run(name, signal);
        } catch (error) {
          if (!(error instanceof Cancelled)) throw error;
          return finished;
        }
      }
      return runs;
    };
    return this.scheduler.run(request, task).catch((error) => {
      assert.equal(error.code, "hostBusy", error.stack);
      return { refused: error.message };
    });
  }

  /** Ends the run that is under way, and lets what follows happen. */
  async step(): Promise<void> {
    await settled();
    assert.ok(this.finishRun, "nothing runs");
    this.finishRun();
    await settled();
  }

  /** Ends the run that is under way. */
  finish(): void {
    this.finishRun?.();
  }

  async stepAll(): Promise<void> {
    for (await settled(); this.finishRun; await this.step());
  }

  private run(name: string, signal: AbortSignal): Promise<void> {
    assert.equal(this.finishRun, undefined, "two run at once");
    if (signal.aborted) throw new Cancelled(); // as a decoder does
    this.runs.push(name);
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => () => {
        this.finishRun = undefined;
        signal.removeEventListener("abort", abort);
        finish();
      };
      const abort = end(() => reject(new Cancelled()));
      this.finishRun = end(resolve);
      signal.addEventListener("abort", abort);
    });
  }
}
