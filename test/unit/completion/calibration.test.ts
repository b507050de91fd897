// What the show decision learns of a person: bounded whatever the labels are, near the truth after some, and forgotten.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import {
  atTime,
  type Calibration,
  calibrated,
  calibrationNow,
  calibrationOf,
  type Evidence,
  isWithinDay,
  joined,
  type Label,
  type Learnt,
  MOST_LANGUAGES,
  NO_EVIDENCE,
  nothingLearnt,
  UNLEARNT,
  withLabel,
} from "../../../src/completion/show/calibration.ts";

const DAY_MS = 86_400_000;
const SCORES = [-6, -3, -1, 0, 1, 3, 6];

const label = fc.record({
  logOdds: fc.double({ min: -30, max: 30, noNaN: true }),
  languageId: fc.constantFrom("typescript", "python", "go", "constructor", "__proto__", "toString"),
  isRight: fc.boolean(),
});

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function learn(learnt: Learnt, one: Label): Learnt {
  const evidence = withLabel(learnt.evidence, calibrationNow(learnt), one);
  return isWithinDay(learnt, evidence) ? { ...learnt, evidence } : learnt;
}

const evidenceOf = (labels: readonly Label[], start: Evidence = NO_EVIDENCE): Evidence =>
  labels.reduce((evidence, one) => withLabel(evidence, calibrationOf(evidence), one), start);

/** Labels of a person whose log-odds are those of the fit, changed as told. */
function labelsOf(count: number, change: (logOdds: number) => number, seed = 1): Label[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => {
    const logOdds = random.between(-300, 300) / 100;
    return { logOdds, languageId: "typescript", isRight: random.chance(sigmoid(change(logOdds))) };
  });
}

const at = (calibration: Calibration, languageId = "typescript") =>
  SCORES.map((logOdds) => calibrated(logOdds, languageId, calibration));

test("nothing learnt: the fit's log-odds, to the bit", () => {
  assert.deepEqual(at(UNLEARNT), SCORES);
  assert.deepEqual(at(calibrationOf(NO_EVIDENCE)), SCORES);
  assert.deepEqual(at(calibrationNow(nothingLearnt(0)), "__proto__"), SCORES);
});

test("the last answers are the prior of the shift: all of it without labels, less with each, hardly any of it after hundreds", () => {
  const shiftAfter = (count: number) => {
    const evidence = evidenceOf(labelsOf(count, (logOdds) => logOdds));
    return (
      calibrated(0, "typescript", calibrationOf(evidence, 0.5)) - calibrated(0, "typescript", calibrationOf(evidence))
    );
  };
  const shifts = [0, 10, 50, 400].map(shiftAfter);
  assert.ok(Math.abs(shifts[0]! - 0.5) < 1e-9, String(shifts[0]));
  assert.deepEqual(
    shifts,
    shifts.toSorted((a, b) => b - a),
  );
  assert.ok(shifts[3]! < 0.08, String(shifts));
});

test("whoever writes less often what is suggested than the fit says: the score comes near the truth", () => {
  const truly = (logOdds: number) => 0.9 * logOdds - 0.9;
  const calibration = calibrationOf(evidenceOf(labelsOf(1_500, truly)));
  for (const logOdds of [-2, 0, 2])
    assert.ok(Math.abs(sigmoid(calibrated(logOdds, "typescript", calibration)) - sigmoid(truly(logOdds))) < 0.06);
});

test("labels that say nothing: the slope stays, and as many are expected to be right as are", () => {
  const calibration = calibrationOf(evidenceOf(labelsOf(1_500, () => 0)));
  assert.ok(calibration.slope >= 0.7, String(calibration.slope));
  assert.ok(Math.abs(calibrated(0, "typescript", calibration)) < 0.3);
});

test("a language has its own shift, another follows the common one", () => {
  const labels = labelsOf(400, (logOdds) => logOdds - 1).flatMap((one, i) => [
    one,
    { ...one, languageId: "python", isRight: i % 2 === 0 ? one.isRight : one.logOdds > 0 },
  ]);
  const calibration = calibrationOf(evidenceOf(labels));
  const [typescript, python, go] = ["typescript", "python", "go"].map((id) => calibrated(0, id, calibration));
  assert.ok(typescript! < go! && go! < python!, `${typescript} ${go} ${python}`);
});

test("whatever the labels are: numbers, bounded; and no more languages than are kept", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ ...labelRecord(), languageId: fc.string({ maxLength: 3 }) }), { maxLength: 80 }),
      (labels) => {
        const evidence = evidenceOf(labels);
        const calibration = calibrationOf(evidence);
        assert.equal(evidence.labels, labels.length);
        assert.ok(Object.keys(evidence.byLanguage).length <= MOST_LANGUAGES + 1);
        for (const sums of Object.values(evidence.byLanguage)) assert.ok(Object.values(sums).every(Number.isFinite));
        for (const value of at(calibration, labels[0]?.languageId)) assert.ok(Math.abs(value) < 25, String(value));
      },
    ),
  );
});

test("thousands of labels weigh no more than forgetting leaves of them", () => {
  const evidence = evidenceOf(labelsOf(5_000, (logOdds) => logOdds));
  const { weights } = evidence.byLanguage.typescript!;
  assert.ok(weights < 0.25 / (1 - 0.5 ** (1 / 500)), String(weights));
  const before = calibrationOf(evidence);
  const after = calibrationOf(
    evidenceOf(
      labelsOf(1_500, (logOdds) => logOdds - 1.5, 2),
      evidence,
    ),
  );
  assert.ok(calibrated(0, "typescript", after) < calibrated(0, "typescript", before) - 0.9);
});

test("two windows: the order in which they write hardly counts, and no label is lost", () => {
  fc.assert(
    fc.property(fc.array(label, { maxLength: 20 }), fc.array(label, { maxLength: 20 }), (one, other) => {
      const [a, b] = [evidenceOf(one), evidenceOf(other)];
      const [ab, ba] = [joined(a, b), joined(b, a)];
      assert.equal(ab.labels, one.length + other.length);
      assert.equal(ba.labels, ab.labels);
      const [first, second] = [at(calibrationOf(ab)), at(calibrationOf(ba))];
      for (const [i, value] of first.entries()) assert.ok(Math.abs(value - second[i]!) < 0.3, `${value} ${second[i]}`);
    }),
  );
});

test("labels one after the other are those of two windows, one after the other", () => {
  const labels = labelsOf(60, (logOdds) => logOdds - 1);
  const whole = evidenceOf(labels);
  let [older, newer] = [evidenceOf(labels.slice(0, 40)), NO_EVIDENCE];
  for (const one of labels.slice(40)) newer = withLabel(newer, calibrationOf(joined(older, newer)), one);
  const both = joined(older, newer).byLanguage.typescript!;
  for (const [name, value] of Object.entries(whole.byLanguage.typescript!))
    assert.ok(Math.abs(value - both[name as keyof typeof both]) < 1e-9, name);
});

test("within a day, the log-odds of no score move by more than 1, whatever the labels are", () => {
  fc.assert(
    fc.property(
      fc.array(label, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 0, max: DAY_MS - 1 }),
      (labels, ms) => {
        let learnt = nothingLearnt(0);
        for (const one of labels) learnt = learn(atTime(learnt, ms), one);
        for (const id of ["typescript", "python", "go", "sql"]) {
          for (const [i, value] of at(calibrationNow(learnt), id).entries())
            assert.ok(Math.abs(value - SCORES[i]!) <= 1 + 1e-9, `${SCORES[i]} became ${value}`);
        }
      },
    ),
  );
});

test("a flood is cut off at the day's bound: what comes after it is not outweighed", () => {
  let learnt = nothingLearnt(0);
  for (let i = 0; i < 5_000; i++) learnt = learn(learnt, { logOdds: -2, languageId: "typescript", isRight: true });
  assert.ok(learnt.evidence.labels < 500, String(learnt.evidence.labels));
  const shift = () => calibrated(-2, "typescript", calibrationNow(learnt)) + 2;
  assert.ok(shift() > 0.4, String(shift()));
  for (const [i, one] of labelsOf(500, (logOdds) => logOdds).entries())
    learnt = learn(atTime(learnt, (1 + Math.floor(i / 150)) * DAY_MS), one);
  assert.ok(Math.abs(shift()) < 0.35, String(shift()));
});

test("a day later it may move on; a clock that goes back, or leaps and comes back, gives no day for nothing", () => {
  const push = (learnt: Learnt, ms: number) => {
    let now = atTime(learnt, ms);
    for (let i = 0; i < 400; i++) now = learn(now, { logOdds: 1, languageId: "typescript", isRight: false });
    return now;
  };
  const shift = (learnt: Learnt) => calibrated(0, "typescript", calibrationNow(learnt));
  const first = push(nothingLearnt(10 * DAY_MS), 10 * DAY_MS);
  const second = push(first, 11 * DAY_MS);
  assert.ok(shift(second) < shift(first) - 0.1, `${shift(first)} ${shift(second)}`);
  const back = push(first, 0);
  assert.ok(Math.abs(shift(back) - shift(first)) < 0.1, "the same day");
  assert.equal(atTime(back, 0.5 * DAY_MS).dayBegan.atMs, 0);
  assert.ok(shift(push(back, 0.5 * DAY_MS)) >= -1 - 1e-9);
});

function labelRecord() {
  return { logOdds: fc.double({ min: -30, max: 30, noNaN: true }), isRight: fc.boolean() };
}
