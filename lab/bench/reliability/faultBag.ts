// Which fault comes next. Decides nothing else.

import { type SeededRandom, shuffled } from "../../../finetune/data/seededRandom.ts";
import { type Ends, FAULTS } from "./faults.ts";

const MOST_ENDS = 4; // of one kind of process, within the window of time
const ENDS_WINDOW_MS: Readonly<Record<Ends, number>> = { host: 190_000, agent: 190_000, indexer: 610_000 };

/** Draws faults so that each comes as often as the others, but ends of one kind of process no more often than the product bears. */
export class FaultBag {
  readonly #random: SeededRandom;
  readonly #endsMs: Record<Ends, number[]> = { host: [], agent: [], indexer: [] };
  #bag: string[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  next(nowMs: number): string {
    for (;;) {
      if (this.#bag.length === 0) this.#bag = shuffled(Object.keys(FAULTS), this.#random);
      const name = this.#bag.pop()!;
      const { ends } = FAULTS[name];
      if (ends === undefined) return name;
      this.#endsMs[ends] = this.#endsMs[ends].filter((endMs) => nowMs - endMs < ENDS_WINDOW_MS[ends]);
      if (this.#endsMs[ends].length >= MOST_ENDS) continue;
      this.#endsMs[ends].push(nowMs);
      return name;
    }
  }
}
