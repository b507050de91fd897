// The log of suggestions: a line for each answer, a summary of each minute in which there was one, and nothing of what stands in a file.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { badInput, engineFailed } from "../../common/errors.ts";
import { loggable } from "../../common/util/loggable.ts";
import { CompletionLog } from "../../src/agent/completionLog.ts";
import type { CompletionOutcome, NoCompletionReason } from "../../src/completion/outcome.ts";
import { WHY_NOTHING } from "../../src/completion/whyNothing.ts";
import { handClock } from "./completion/handClock.ts";

const shown = (text = "x"): CompletionOutcome => ({
  kind: "shown",
  items: [{ text, replaceAfter: 0 }],
  source: "model",
});
const none = (reason: NoCompletionReason): CompletionOutcome => ({ kind: "none", reason });

function opened() {
  const [debug, info]: string[][] = [[], []];
  const counts = { promptTokens: 0, promptTokensCached: 0 };
  const clock = handClock();
  const log = new CompletionLog({
    debug: (line) => debug!.push(line),
    info: (line) => info!.push(line),
    counts: () => counts,
    after: clock.after,
  });
  const answer = (outcome: CompletionOutcome, tookMs = 10, failed = false) =>
    log.answered({ outcome, languageId: "typescript", place: "a.ts:1:2", tookMs, failed });
  return { log, answer, debug: debug!, info: info!, counts, clock };
}

test("each refusal has a line with its reason, language, place and milliseconds", () => {
  const { answer, debug } = opened();
  const reasons = Object.keys(WHY_NOTHING) as NoCompletionReason[];
  for (const reason of reasons) answer(none(reason), 12.4);
  assert.deepEqual(
    debug,
    reasons.map((reason) => `completion: ${reason}, typescript, a.ts:1:2, 12 ms`),
  );
});

test("a minute with answers is summed up in one line, and a quiet minute has none", () => {
  const { log, answer, info, counts, clock } = opened();
  clock.pass(180_000);
  assert.deepEqual(info, []);
  Object.assign(counts, { promptTokens: 1_000, promptTokensCached: 900 }); // before the minute
  for (let ms = 1; ms <= 18; ms++) answer(shown(), ms);
  answer(none("improbable"), 19);
  answer(none("failed"), 20, true);
  answer(none("cancelled"), 10_000); // nobody waited for it
  Object.assign(counts, { promptTokens: 3_000, promptTokensCached: 2_400 });
  log.rested({ kind: "none", reason: "known" });
  const prompt = { path: "", languageId: "", prefix: "", suffix: "", pieces: [] };
  log.rested({ kind: "warmed", prompt, tokens: { prompt: 70, cached: 50 }, ms: 3 });
  clock.pass(60_000);
  assert.deepEqual(info, [
    "completions of one minute: asked 21; shown 18 (model 18); nothing 3 (improbable 1, failed 1, cancelled 1); " +
      "answered in 10 ms (median), 19 ms (p95); prompt tokens: 500 read, 1500 reused; ahead: 20 read, 50 reused; errors 1",
  ]);
  clock.pass(600_000);
  assert.equal(info.length, 1);
  answer(none("cancelled"));
  clock.pass(60_000);
  assert.match(
    info[1]!,
    /asked 1; shown 0; nothing 1 \(cancelled 1\); no answer was waited for; prompt tokens: 0 read, 0 re/,
  );
});

test("what a suggestion says is in no line", () => {
  const { answer, debug, info, clock } = opened();
  answer(shown("const planted = theSuggestion();"));
  clock.pass(60_000);
  assert.doesNotMatch([...debug, ...info].join("\n"), /planted|theSuggestion/);
});

test("what a message quotes is not logged, whatever quotation marks it holds itself", () => {
  const drawn = fc.string({ unit: fc.constantFrom("§", '"', "'", "`", "\n", " ", "=", "\\") });
  const frames = [
    (text: string) => badInput(`The value "${text}" does not fit.`, ""),
    (text: string) => engineFailed("http://127.0.0.1:8080", `status 400, "${text}"`),
    (text: string) => new Error(`no such name: '${text}'`),
    (text: string) => new TypeError(`expected \`${text}`),
    (text: string) => `thrown as it is: "${text}"`,
  ];
  fc.assert(
    fc.property(drawn, fc.constantFrom(...frames), (text, frame) => {
      assert.ok(!loggable(frame(text)).includes("§"));
    }),
  );
});

test("a text that is not JSON is not in the line of the error that it causes, and where it happened is", () => {
  for (const text of ['{"a": planted}', "planted = 1", 'x = "planted" + "y"', '{"planted": 1,}'])
    try {
      JSON.parse(text);
      assert.fail("it is no JSON");
    } catch (error) {
      const line = loggable(error);
      assert.doesNotMatch(line, /planted/);
      assert.match(line, /^SyntaxError: [^\n]*\n {4}at JSON.parse/);
    }
});

test("an error that a person can act on is logged as its sentence", () => {
  assert.equal(loggable(badInput("The editor's file isn't there.", "")), "The editor's file isn't there.");
});
