// Bench: simulated persons over real commits, and what the show decision learns from them (sotto.learnFromUse) beside the decision that only the last
// ten answers shift. The model writes once at each place (kept in a file, which is gone on with); the persons are plain arithmetic over that. The
// first 70 % of the answers are learnt from, the last 30 % judged, each before its label. Ends with one JSON line on stdout.
//
// node lab/bench/persons.ts [--folder DIR,…] [--answers DIR] [--every N] [--minutes N]

import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadLocalModel } from "../../cli/model.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { History } from "./persons/history.ts";
import {
  calibrationError,
  calibrationErrorBeyondChance,
  type Judged,
  mean,
  moreSaved,
  moreWrong,
  moreWrongAtEqualUnits,
  overHunks,
  type Pair,
  savedUnits,
  wrongShown,
} from "./persons/measures.ts";
import { CHARACTERS, type Character, Person, type PersonOptions } from "./persons/person.ts";
import { type Answer, readAnswers, record } from "./persons/record.ts";
import { machine } from "./support/reporting.ts";

const GOALS = { moreWrong: -0.2, calibrationError: 0.03, shuffledShown: 0.1, labelsAfterFlood: 500, msPerLabel: 0.1 };
const SEEDS = 20;
const LEAST_ANSWERS = 100;
const LEARNT_SHARE = 0.7;
const BASE_RATES = [0.15, 0.45];
const LABELS = 200;
const MORE_LABELS = 600; // what the bound of a day leaves undone after LABELS
const FLOOD = 1_000;
const STEP = 50; // labels, between two looks at how far a person is back
const TIMED_LABELS = 20_000;

/** Which decisions are compared with today's: what is learnt, what counts by its worth, both, and the fit without the last answers. */
const DECISIONS = {
  today: { learns: false, weighs: false, remembers: true },
  fit: { learns: false, weighs: false, remembers: false },
  learns: { learns: true, weighs: false, remembers: true },
  weighs: { learns: false, weighs: true, remembers: true },
  both: { learns: true, weighs: true, remembers: true },
};
type Decision = keyof typeof DECISIONS;

/** The decision that the product makes by default. */
const DEFAULT: Decision = "both";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: packageRoot(import.meta.dirname) }, // clones with their history, separated by commas
    answers: { type: "string", default: path.join(defaultCacheDir(), "persons") }, // a folder
    every: { type: "string", default: "3" }, // the first of so many commits is looked at
    minutes: { type: "string", default: "60" }, // after which no more is written; all that is there is judged
    peer: { type: "boolean" }, // it always runs
    threads: { type: "string" },
  },
});
const threads = values.threads === undefined ? undefined : Number(values.threads);

mkdirSync(values.answers, { recursive: true });
const roots = values.folder.split(",");
const files = roots.map((root) => path.join(values.answers, `${path.basename(path.resolve(root))}.jsonl`));
await writeAnswers(Number(values.minutes));
const histories = files.map((file) => readAnswers(file).toSorted((a, b) => a.commit - b.commit));
const everything = histories.flat();
if (everything.length < LEAST_ANSWERS) {
  console.error(`There are ${everything.length} answers, too few to judge: give --minutes more, or another --folder.`);
  process.exit(1);
}

const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
const early = histories.flatMap((answers) => answers.slice(0, Math.floor(LEARNT_SHARE * answers.length)));
const late = histories.flatMap((answers) => answers.slice(Math.floor(LEARNT_SHARE * answers.length)));
const byCharacter = Object.fromEntries(CHARACTERS.map((character) => [character, ofCharacter(character)]));
const calibration = [LABELS, MORE_LABELS].flatMap((labels) =>
  BASE_RATES.map((rate) => ({ labels, baseRate: rate, ...ofBaseRate(rate, labels) })),
);
const flippedLabels = ofCharacter("begins right", "flipped").both;
const shuffledLabels = ofShuffled();
const flood = ofFlood();
const msPerLabel = timePerLabel();
report();

async function writeAnswers(minutes: number): Promise<void> {
  const endMs = performance.now() + 60_000 * minutes;
  if (minutes === 0) return;
  const parsers = await createParsers();
  const model = await loadLocalModel({ id: "quick", threads });
  for (const [i, root] of roots.entries()) {
    const seconds = (endMs - performance.now()) / 1_000 / (files.length - i);
    const { isWhole } = await record(new History(root), files[i], {
      every: Number(values.every),
      seconds,
      model,
      parsers,
    });
    if (!isWhole) console.error(`${root}: not all places were written; the bench goes on with them next time`);
  }
  model.dispose();
}

/** One person's way through a history: its last part as a decision has it. */
function wayThrough(answers: readonly Answer[], options: PersonOptions, seed: number): Judged[] {
  const person = new Person(options, new SeededRandom(seed));
  const from = Math.floor(LEARNT_SHARE * answers.length);
  return answers.flatMap((answer, i) => {
    const judged = { answer, worth: person.worth(answer), isShown: person.shows(answer) };
    person.meets(answer, judged.isShown);
    return i < from ? [] : [judged];
  });
}

function ofCharacter(character: Character, labels: PersonOptions["labels"] = "written") {
  const ways = (decision: Decision) =>
    seeds.map((seed) =>
      histories.flatMap((answers) => wayThrough(answers, { character, labels, ...DECISIONS[decision] }, seed)),
    );
  const today = ways("today");
  const told = (decision: Decision) => {
    const its = ways(decision);
    const paired = its.map((other, i) => ({ today: today[i], other }));
    const measured = (measure: (pair: Pair) => number) => {
      const { value, low, high } = overHunks(paired, measure, new SeededRandom(1));
      return [value, low, high].map(round); // with its 95 % interval
    };
    return {
      shown: round(mean(its.map((way) => mean(way.map(({ isShown }) => (isShown ? 1 : 0)))))),
      wrongShown: round(mean(its.map(wrongShown))),
      savedUnits: Math.round(mean(its.map(savedUnits))),
      moreWrong: measured(moreWrong),
      moreSaved: measured(moreSaved),
      moreWrongAtEqualUnits: measured(moreWrongAtEqualUnits),
    };
  };
  return Object.fromEntries((Object.keys(DECISIONS) as Decision[]).map((name) => [name, told(name)]));
}

/** Calibration after some labels, of a person whose right suggestions are as frequent as told. */
function ofBaseRate(rate: number, labels: number) {
  const weights = weightsAt(rate, late);
  const right = late.map(({ isRight }) => (isRight ? 1 : 0));
  const runs = seeds.map((seed) => {
    const random = new SeededRandom(seed);
    const [today, learning] = persons(seed);
    for (let label = 0; label < labels; label++) {
      const answer = drawnAt(rate, early, random);
      for (const person of [today, learning]) person.meets(answer, person.shows(answer));
    }
    const scoresOf = (person: Person) => late.map((answer) => person.score(answer));
    const errorOf = (person: Person) => calibrationError(scoresOf(person), right, weights);
    // what a perfectly calibrated score shows on so many places
    const truly = late.map((answer) => (random.chance(learning.score(answer)) ? 1 : 0));
    const byChance = calibrationError(
      late.map((answer) => learning.score(answer)),
      truly,
      late.map(() => 1),
    );
    const beyondChance = calibrationErrorBeyondChance(scoresOf(learning), right, weights);
    return { today: errorOf(today), learnt: errorOf(learning), byChance, beyondChance };
  });
  return {
    today: round(mean(runs.map((run) => run.today))),
    learnt: round(mean(runs.map((run) => run.learnt))),
    byChance: round(mean(runs.map((run) => run.byChance))),
    beyondChance: round(mean(runs.map((run) => run.beyondChance))),
  };
}

/** What is shown, as a share of what today's decision shows, to a person whose labels say nothing. */
function ofShuffled() {
  const more = seeds.map((seed) => {
    const random = new SeededRandom(seed);
    const [today, learning] = persons(seed);
    const labels = shuffled(
      early.map(({ isRight }) => isRight),
      random,
    );
    for (const [i, answer] of shuffled(early, random).entries()) {
      const mislabelled = { ...answer, isRight: labels[i], isBegun: labels[i] };
      for (const person of [today, learning]) person.meets(mislabelled, person.shows(answer));
    }
    return shownTo(learning) / shownTo(today) - 1;
  });
  return { shownMore: round(mean(more)), least: round(Math.min(...more)), most: round(Math.max(...more)) };
}

/** How many labels a person needs after a flood of wrong accepts until within a tenth of what would be shown without it. */
function ofFlood() {
  const wrong = early.filter(({ isRight }) => !isRight);
  const runs = seeds.map((seed) => {
    const random = new SeededRandom(seed);
    const [flooded, calm] = [0, 1].map(() => persons(seed)[1]);
    const goOn = (labels: number) => {
      for (let label = 0; label < labels; label++) {
        const answer = random.pick(early);
        for (const person of [flooded, calm]) person.meets(answer, person.shows(answer));
      }
    };
    goOn(LABELS);
    for (let label = 0; label < FLOOD; label++) flooded.learns(random.pick(wrong), true);
    const shownMore = () => shownTo(flooded) / shownTo(calm) - 1;
    const afterFlood = shownMore();
    let labels = 0;
    for (; Math.abs(shownMore()) > GOALS.shuffledShown && labels < 10 * GOALS.labelsAfterFlood; labels += STEP)
      goOn(STEP);
    return { labels, afterFlood };
  });
  return {
    labelsUntilBack: Math.round(mean(runs.map(({ labels }) => labels))),
    mostLabels: Math.max(...runs.map(({ labels }) => labels)),
    shownMoreAfterFlood: round(mean(runs.map(({ afterFlood }) => afterFlood))),
  };
}

function timePerLabel(): number {
  const person = new Person({ character: "begins right", ...DECISIONS.both }, new SeededRandom(1));
  const startMs = performance.now();
  for (let i = 0; i < TIMED_LABELS; i++) person.learns(everything[i % everything.length], i % 3 === 0);
  return Number(((performance.now() - startMs) / TIMED_LABELS).toFixed(5));
}

/** Today's decision, and the one that learns. */
function persons(seed: number): [Person, Person] {
  const person = (decision: Decision) =>
    new Person({ character: "begins right", ...DECISIONS[decision] }, new SeededRandom(seed));
  return [person("today"), person(DEFAULT)];
}

function shownTo(person: Person): number {
  return late.filter((answer) => person.shows(answer)).length;
}

/** An answer, right as often as told. */
function drawnAt(rate: number, answers: readonly Answer[], random: SeededRandom): Answer {
  const isRight = random.chance(rate);
  return random.pick(answers.filter((answer) => answer.isRight === isRight));
}

/** How often each answer stands for one of a history in which right ones are as frequent as told. */
function weightsAt(rate: number, answers: readonly Answer[]): number[] {
  const right = answers.filter(({ isRight }) => isRight).length;
  return answers.map(({ isRight }) => (isRight ? rate / right : (1 - rate) / (answers.length - right)));
}

function report(): void {
  const both = Object.values(byCharacter).map((decisions) => decisions[DEFAULT].moreWrongAtEqualUnits);
  const met = {
    moreWrong: both.every(([value, , high]) => value <= GOALS.moreWrong && high < 0),
    calibrationError: calibration.every(({ labels, learnt }) => labels > LABELS || learnt <= GOALS.calibrationError),
    shuffledShown: Math.abs(shuffledLabels.shownMore) <= GOALS.shuffledShown,
    labelsAfterFlood: flood.mostLabels <= GOALS.labelsAfterFlood,
    msPerLabel: msPerLabel <= GOALS.msPerLabel,
  };
  for (const [character, decisions] of Object.entries(byCharacter)) {
    for (const [name, told] of Object.entries(decisions))
      console.error(`${character.padEnd(12)} ${name.padEnd(6)} ${JSON.stringify(told)}`);
  }
  const places = {
    learntFrom: early.length,
    judged: late.length,
    hunks: new Set(everything.map(({ hunk }) => hunk)).size,
  };
  const right = round(mean(everything.map(({ isRight }) => (isRight ? 1 : 0))));
  const facts = { repositories: files.map((file) => path.basename(file, ".jsonl")), ...places, right, seeds: SEEDS };
  const figures = { byCharacter, flippedLabels, calibration, shuffledLabels, flood, msPerLabel };
  process.stdout.write(
    `${JSON.stringify({ name: "persons", ...facts, sotto: figures, goals: GOALS, met, machine: machine("cpu") })}\n`,
  );
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
