// A simulated person, who meets recorded answers one after the other: what is shown, what becomes of it, and what the show decision learns from that.
// Plain arithmetic: calls no model, reads no clock.

import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import {
  atTime,
  calibrated,
  calibrationNow,
  isWithinDay,
  type Learnt,
  nothingLearnt,
  withLabel,
} from "../../../src/completion/show/calibration.ts";
import {
  historyShift,
  type ShowHistory,
  showLogOdds,
  worthwhileScore,
} from "../../../src/completion/show/showDecision.ts";
import { showFitOf } from "../../../src/completion/show/showFitOf.ts";
import type { Answer } from "./record.ts";

/** Which suggestions a person wants: all that begin right, only whole right lines, or hardly any of these. */
export const CHARACTERS = ["begins right", "whole lines", "hardly ever"] as const;
export type Character = (typeof CHARACTERS)[number];

/** How a person errs, as shares. */
const NOISE = { falseAccepts: 0.1, falseRejects: 0.15, unread: 0.2 };

/** The share of false accepts that are deleted within half a minute; the others are mended later, and count as written. */
const DELETED_SOON = 2 / 3;

const HARDLY = 0.15; // the share of right whole lines that is taken
const MOST_RECENT = 10;
const BETWEEN_MS = 30_000; // from one suggestion to the next
const PER_DAY = 150; // suggestions
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What a person does with what is shown. */
export type Reaction = "unread" | "accepted" | "typedThrough" | "rejected";

export interface PersonOptions {
  character: Character;
  learns: boolean; // the score is calibrated for this person
  weighs: boolean; // longer ones are shown at a lower score
  remembers: boolean; // the last answers shift the score, or are the prior of what is learnt
  /** "flipped": each false accept is a right label, and each false reject a wrong one, as if nobody mended or typed anything. */
  labels?: "written" | "flipped";
}

export class Person {
  readonly #options: PersonOptions;
  readonly #random: SeededRandom;
  #learnt: Learnt = nothingLearnt(0);
  #recent: ShowHistory["recent"] = [];
  #met = 0;

  constructor(options: PersonOptions, random: SeededRandom) {
    this.#options = options;
    this.#random = random;
  }

  /** The probability that the show decision sees, from 0 to 1. */
  score(answer: Answer): number {
    return 1 / (1 + Math.exp(-this.#logOdds(answer)));
  }

  /** What is shown first has the most: the odds of the score over those that it needs. */
  worth(answer: Answer): number {
    const least = this.#least(answer);
    return Math.exp(this.#logOdds(answer)) / (least / (1 - least));
  }

  shows(answer: Answer): boolean {
    return this.score(answer) >= this.#least(answer);
  }

  #logOdds(answer: Answer): number {
    const { learns, remembers } = this.#options;
    const plain = logOddsOf(answer);
    const shift = remembers ? historyShift({ recent: this.#recent, sinceLastShownMs: BETWEEN_MS }) : 0;
    return learns ? calibrated(plain, answer.languageId, calibrationNow(this.#learnt, shift)) : plain + shift;
  }

  #least({ units }: Answer): number {
    const { usual } = showFitOf("quick").thresholds;
    return this.#options.weighs ? worthwhileScore(usual, units) : usual;
  }

  /**
   * A suggestion is shown or withheld, and something is written in its place.
   * @param isRight as the answer says, where nothing else is given
   * @returns what the person does; undefined where it is withheld
   */
  meets(answer: Answer, isShown: boolean, isRight = answer.isRight): Reaction | undefined {
    const { character, labels = "written" } = this.#options;
    const random = this.#random;
    this.#met++;
    if (!isShown) {
      this.learns(answer, isRight);
      return undefined;
    }
    if (random.chance(NOISE.unread)) return "unread";
    const wants =
      character === "begins right"
        ? answer.isBegun
        : answer.isRight && (character !== "hardly ever" || random.chance(HARDLY));
    const errs = random.chance(wants ? NOISE.falseRejects : NOISE.falseAccepts);
    const accepts = wants !== errs;
    const typedThrough = !accepts && answer.isRight; // by hand: no answer to the suggestion
    if (!typedThrough)
      this.#recent = [accepts ? ("accepted" as const) : ("ignored" as const), ...this.#recent].slice(0, MOST_RECENT);
    if (errs && labels === "flipped") this.learns(answer, accepts);
    else if (errs && accepts) this.learns(answer, isRight || !random.chance(DELETED_SOON));
    else this.learns(answer, isRight);
    return accepts ? "accepted" : typedThrough ? "typedThrough" : "rejected";
  }

  /** A label, however it came about. */
  learns(answer: Answer, isRight: boolean): void {
    if (!this.#options.learns) return;
    const learnt = atTime(this.#learnt, this.#nowMs);
    const label = { logOdds: logOddsOf(answer), languageId: answer.languageId, isRight };
    const evidence = withLabel(learnt.evidence, calibrationNow(learnt), label);
    this.#learnt = isWithinDay(learnt, evidence) ? { ...learnt, evidence } : learnt;
  }

  get #nowMs(): number {
    return Math.floor(this.#met / PER_DAY) * (DAY_MS + HOUR_MS) + (this.#met % PER_DAY) * BETWEEN_MS;
  }
}

const logOddsOf = ({ features }: Answer): number => showLogOdds(features, showFitOf("quick"));
