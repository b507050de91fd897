// What is kept and what is not: a clear gain, a gain that only degrees show, chance, forgetting, and too little to tell.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Gain } from "../../../../finetune/judge/bootstrap.ts";
import type { AnsweredCase } from "../../../../finetune/judge/comparison.ts";
import { isSignificant, verdictOf } from "../../../../finetune/judge/verdict.ts";
import { answered, EXPECTED, type Outcome } from "../../../support/heldOut.ts";

const many = (count: number, outcome: (index: number) => Outcome): AnsweredCase[] =>
  Array.from({ length: count }, (_, index) => answered(index, outcome(index)));

const wrong = { was: false, is: false };
const right = { was: true, is: true };
const nearer: Outcome = { was: false, is: false, nats: [30, 24], wrong: ["x", EXPECTED.slice(0, -2)] };
const unchanged = many(120, (i) => (i % 3 === 0 ? right : wrong));

test("a clear gain in exact match is kept, with its figures", () => {
  const verdict = verdictOf(
    many(100, (i) => (i < 20 ? right : i < 35 ? { was: false, is: true } : wrong)),
    unchanged,
  );
  assert.equal(verdict.accepted, true);
  assert.equal(verdict.before.exactMatch, 0.2);
  assert.equal(verdict.after.exactMatch, 0.35);
  assert.equal(verdict.forgetting, 0);
  assert.ok(verdict.interval[0] > 0.05 && verdict.interval[0] < 0.15 && verdict.interval[1] > 0.15);
  assert.match(
    verdict.reason,
    /^Kept: exact match on 100 held-out places rose from 20\.0 % to 35\.0 % \(95 % interval of the gain [\d.]+ to [\d.]+ points\), and code of other projects lost nothing\.$/,
  );
});

test("as many lost as gained is no gain, whatever else moved by chance", () => {
  const verdict = verdictOf(
    many(100, (i) => ({ was: i % 10 === 0, is: i % 10 === 1, nats: i % 2 ? [10, 12] : [12, 10] })),
    unchanged,
  );
  assert.equal(verdict.accepted, false);
  assert.match(
    verdict.reason,
    /^Not kept: exact match on 100 held-out places stayed at 10\.0 % \(.*\), which is no clear gain\.$/,
  );
});

test("a gain that chance explains is not kept: the interval decides, not the mean", () => {
  const { accepted, gains, interval, before, after, reason } = verdictOf(
    many(100, (i) => (i < 3 ? { was: false, is: true } : i === 3 ? { was: true, is: false } : i < 14 ? right : wrong)),
    unchanged,
  );
  assert.ok(after.exactMatch > before.exactMatch && gains.exactMatch.mean > 0, "it is a gain");
  assert.ok(interval[0] < 0 && interval[1] > 0, "and none that is clear");
  assert.equal(accepted, false);
  assert.match(
    reason,
    /^Not kept: exact match .* rose from 11\.0 % to 13\.0 % \(.*-\d.* to .*\), which is no clear gain\.$/,
  );
});

test("by degrees, too, the interval decides: a similarity or a loss that is better by chance does not count", () => {
  const chance = (i: number): Outcome["nats"] => (i % 7 === 0 ? [40, 10] : [10, 14]);
  const farther = (i: number): Outcome["wrong"] =>
    i % 7 === 0 ? ["x", EXPECTED.slice(0, -2)] : [EXPECTED.slice(0, 3), "x"];
  const verdictFor = (outcome: (i: number) => Outcome) => verdictOf(many(100, outcome), unchanged);
  const byLoss = verdictFor((i) => ({ ...nearer, nats: chance(i) }));
  assert.ok(byLoss.gains.loss.mean > 0 && byLoss.gains.loss.interval[0] < 0);
  assert.ok(byLoss.gains.editSimilarity.interval[0] > 0, "all else speaks for it");
  assert.equal(byLoss.accepted, false);
  const bySimilarity = verdictFor((i) => ({ ...nearer, wrong: farther(i) }));
  assert.ok(bySimilarity.gains.editSimilarity.mean > 0 && bySimilarity.gains.editSimilarity.interval[0] < 0);
  assert.ok(bySimilarity.gains.loss.interval[0] > 0, "all else speaks for it");
  assert.equal(bySimilarity.accepted, false);
});

test("what is significant, at the edge of each interval", () => {
  const gain = (mean: number, low: number): Gain => ({ mean, interval: [low, 2 * mean - low] });
  const [clear, chance, nothing, less] = [gain(0.1, 0.001), gain(0.1, 0), gain(0, 0), gain(-0.01, -0.02)];
  for (const [exactMatch, editSimilarity, loss, expected] of [
    [clear, less, less, true],
    [chance, nothing, nothing, false],
    [chance, clear, clear, true],
    [nothing, clear, clear, true],
    [less, clear, clear, false],
    [nothing, chance, clear, false],
    [nothing, clear, chance, false],
  ] as const)
    assert.equal(isSignificant({ exactMatch, editSimilarity, loss }), expected);
});

test("an adapter that changes nothing is not kept", () => {
  const verdict = verdictOf(unchanged, unchanged);
  assert.equal(verdict.accepted, false);
  assert.deepEqual(verdict.interval, [0, 0]);
});

test("where exact match does not fall, similarity and loss together may show the gain; one of them alone not", () => {
  const similarOnly: Outcome = { ...nearer, nats: [30, 30] };
  const lossOnly: Outcome = { ...nearer, wrong: ["x", "x"] };
  const verdictFor = (outcome: Outcome, first: Outcome = right) =>
    verdictOf(
      many(100, (i) => (i === 0 ? first : outcome)),
      unchanged,
    );
  const kept = verdictFor(nearer);
  assert.equal(kept.accepted, true);
  assert.match(
    kept.reason,
    /stayed at 1\.0 %, edit similarity rose from 1\.0 % to 9\d\.\d % and the loss fell from 1\.\d+ to 1\.\d+ nats/,
  );
  assert.equal(verdictFor(similarOnly).accepted, false);
  assert.equal(verdictFor(lossOnly).accepted, false);
  assert.equal(verdictFor(nearer, { was: true, is: false, wrong: ["", "x"] }).accepted, false, "exact match fell");
});

test("two points lost on the general set are kept, more are not", () => {
  const gain = many(100, (i) => ({ was: false, is: i % 2 === 0 }));
  const losing = (lost: number) => many(100, (i) => ({ was: i < 50, is: i >= lost && i < 50 }));
  const two = verdictOf(gain, losing(2));
  assert.equal(two.accepted, true);
  assert.match(two.reason, /lost 2\.0 points\.$/);
  const three = verdictOf(gain, losing(3));
  assert.equal(three.accepted, false);
  assert.ok(Math.abs(three.forgetting - 3) < 1e-9);
  assert.match(three.reason, /^Not kept: .* but code of other projects lost 3\.0 points, and 2 are the most\.$/);
  const wrongly = (is: string) => many(100, () => ({ was: false, is: false, wrong: ["return tax;", is] }));
  const farther = verdictOf(gain, wrongly("x"));
  assert.equal(farther.accepted, false, "exact match as before, but the texts are farther off");
  assert.ok(farther.forgetting > 2 && farther.general.gains.exactMatch.mean === 0);
  const won = verdictOf(
    gain,
    many(100, (i) => ({ was: i < 50, is: i < 54 })),
  );
  assert.ok(won.accepted && Math.abs(won.forgetting + 4) < 1e-9);
  assert.match(won.reason, /won 4\.0 points\.$/);
});

test("too few places or files give no verdict in favour, however good they look", () => {
  const perfect: Outcome = { was: false, is: true };
  const few = verdictOf(
    many(29, () => perfect),
    unchanged,
  );
  assert.equal(few.accepted, false);
  assert.match(few.reason, /only 29 held-out places/);
  const oneFile = verdictOf(
    many(100, () => ({ ...perfect, path: "src/only.ts" })),
    unchanged,
  );
  assert.equal(oneFile.accepted, false);
  assert.equal(oneFile.files, 1);
  assert.match(oneFile.reason, /of only 1 file,/);
});

test("samples are a few of each kind, cut to the lines around the cursor", () => {
  const { samples } = verdictOf(
    many(90, (i) => [right, wrong, { was: true, is: false }, { was: false, is: true }][i % 4]),
    unchanged,
  );
  assert.deepEqual(
    samples.map(({ kind }) => kind),
    ["gained", "lost", "bothWrong"].flatMap((kind) => [kind, kind, kind, kind]),
  );
  assert.equal(new Set(samples.map(({ path }) => path)).size, 12);
  const long = answered(1, wrong);
  long.value.prefix = `${"line\n".repeat(50)}${"x".repeat(5_000)}`;
  const [cut] = verdictOf([long], unchanged).samples;
  assert.ok(cut.prefix.length < 300 && cut.prefix.startsWith("line\n"));
});

const learnt = many(100, (i) => (i < 20 ? right : i < 35 ? { was: false, is: true } : wrong));

test("held-out kept examples speak against an adapter that is clearly worse on them, and never for one", () => {
  const better = many(60, (i) => (i % 2 ? { was: false, is: true } : right));
  const worse = many(60, (i) => (i % 2 ? { was: true, is: false } : right));
  assert.equal(verdictOf(learnt, unchanged, better).accepted, true);
  assert.equal(verdictOf(unchanged, unchanged, better).accepted, false);
  const { accepted, reason, kept } = verdictOf(learnt, unchanged, worse);
  assert.equal(accepted, false);
  assert.match(
    reason,
    /^Not kept: exact match .* but it is clearly worse on 60 kept examples \(exact match 100\.0 % to 50\.0 %\); without them/,
  );
  assert.equal(kept?.cases, 60);
  assert.equal(verdictOf(learnt, unchanged, worse.slice(0, 9)).accepted, true, "too few to tell");
  const chance = many(60, (i) => (i < 2 ? { was: true, is: false } : i === 2 ? { was: false, is: true } : right));
  assert.equal(verdictOf(learnt, unchanged, chance).accepted, true, "chance");
  assert.equal(verdictOf(learnt, unchanged).kept, undefined);
});

test("an adapter that has learnt 30 % poisoned targets is refused wherever it writes them, or gains nothing by them", () => {
  // Of the places that the adapter has changed, a share is poison: what was right before is wrong now.
  const adapted = (count: number, changed: number, poison: number) =>
    many(count, (i) => {
      if (i % 100 >= changed) return i % 3 === 0 ? right : wrong;
      return (i * 7) % 100 < 100 * poison ? { was: true, is: false } : { was: false, is: true };
    });
  const clean = verdictOf(adapted(240, 15, 0), unchanged, adapted(60, 15, 0));
  assert.equal(clean.accepted, true);
  const copied = verdictOf(adapted(240, 15, 1), unchanged, adapted(60, 15, 0));
  assert.equal(copied.accepted, false, "poison that is copied into the files' lines");
  const here = verdictOf(adapted(240, 15, 0), unchanged, adapted(60, 30, 1));
  assert.equal(here.accepted, false, "poison where the person works, the files' lines unharmed");
  const elsewhere = verdictOf(adapted(240, 15, 0), adapted(120, 15, 1));
  assert.equal(elsewhere.accepted, false, "poison in other code");
});
