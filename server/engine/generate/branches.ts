// Collects the places at which a generation could have gone on otherwise, the likeliest ones. Chooses nothing.

import type { Branch } from "../../host/protocol/messages.ts";
import type { Choice } from "./sampler.ts";

/** The least probability of a branch's first token, as a natural logarithm: less likely ones are noise. */
const LEAST_LOG_PROB = Math.log(0.02);

/** How many other tokens of one place are looked at. */
const OTHERS = 2;

/** Where in the generation a choice was made. */
interface ChoicePlace {
  tokenAt: (index: number) => number; // id of the token at an index of the logits
  path: readonly number[]; // tokens chosen before
  at: number; // UTF-16 units of the text before
  textOf: (token: number) => string; // that it would write here
}

export class BranchCollector {
  readonly #most: number;
  readonly #branches: Branch[] = []; // the likeliest first
  #logProb = 0; // of what was chosen so far

  constructor(most: number) {
    this.#most = most;
  }

  get likeliest(): Branch[] {
    return this.#branches;
  }

  /** @param logits from which `choice` was made, [n] */
  saw(logits: Float32Array, choice: Choice, { tokenAt, path, at, textOf }: ChoicePlace): void {
    const logTotal = logits[choice.index] - choice.logProb;
    for (const index of likeliestBut(choice.index, logits)) {
      const own = logits[index] - logTotal;
      const logProb = this.#logProb + own;
      if (own < LEAST_LOG_PROB || logProb <= this.#least) continue;
      const token = tokenAt(index);
      const text = textOf(token);
      if (text !== "") this.#add({ at, text, logProb, tokens: [...path, token] });
    }
    this.#logProb += choice.logProb;
  }

  get #least(): number {
    return this.#branches.length < this.#most ? -Infinity : this.#branches[this.#most - 1].logProb;
  }

  #add(branch: Branch): void {
    const behind = this.#branches.findIndex(({ logProb }) => logProb < branch.logProb);
    this.#branches.splice(behind === -1 ? this.#branches.length : behind, 0, branch);
    if (this.#branches.length > this.#most) this.#branches.pop();
  }
}

/** The indices of the largest values but the chosen one, descending. */
function likeliestBut(chosen: number, logits: Float32Array): number[] {
  const found: number[] = [];
  for (let index = 0; index < logits.length; index++) {
    if (index === chosen) continue;
    if (found.length === OTHERS && logits[index] <= logits[found[OTHERS - 1]]) continue;
    if (found.length === OTHERS) found.pop();
    const behind = found.findIndex((other) => logits[other] < logits[index]);
    found.splice(behind === -1 ? found.length : behind, 0, index);
  }
  return found;
}
