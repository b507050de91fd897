// A window's suggestions, and what a person does with them, through the completer as the agent drives it: counts, history, report, examples.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import type { Completion } from "../../../src/completion/outcome.ts";
import { UNLEARNT } from "../../../src/completion/show/calibration.ts";
import { showFitOf } from "../../../src/completion/show/showFitOf.ts";
import { COUNTS, type Count, type Counts, ENDINGS } from "../../../src/feedback/counts.ts";
import { parseDays } from "../../../src/feedback/daysText.ts";
import { Feedback } from "../../../src/feedback/feedback.ts";
import type { KeptExample } from "../../../src/feedback/keptExample.ts";
import { RETENTION_SECONDS } from "../../../src/feedback/retention.ts";
import { rowsOf, totalOf } from "../../../src/feedback/statistics.ts";
import { EditorWindow } from "../completion/editorWindow.ts";
import { scriptedModel } from "../completion/scriptedModel.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-feedback-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;

const PLACE = "const total = 1;\nconst value = │\nconst last = 2;\n";

class Person {
  nowMs = new Date(2026, 4, 20, 12).getTime();
  readonly dataDir = path.join(folder, String(++folders));
  readonly lines: string[] = [];
  readonly feedback: Feedback;
  readonly window: EditorWindow;

  constructor({
    writes = "total + 1;",
    keepExamples = false,
    learnFromUse = false,
    place = PLACE,
    logProb = -0.01,
  } = {}) {
    this.feedback = new Feedback({
      dataDir: this.dataDir,
      keepExamples: () => keepExamples,
      learnFromUse: () => learnFromUse,
      log: (line) => this.lines.push(line),
      epochMs: () => this.nowMs,
    });
    this.window = new EditorWindow(place, scriptedModel(writes, "endOfText", logProb), {
      observers: [this.feedback],
      history: () => this.feedback.history(),
      calibration: () => this.feedback.calibration(),
    });
  }

  /** Asks, and looks at what is shown for a second. */
  async look(): Promise<Completion> {
    const { outcome } = await this.window.ask();
    assert.equal(outcome.kind, "shown", JSON.stringify(outcome));
    this.nowMs += 1_000;
    assert.ok(outcome.kind === "shown");
    return outcome.items[0]!;
  }

  tab(item: Completion): void {
    this.window.accept(item);
    this.feedback.accepted();
  }

  get counts() {
    return this.feedback.counts();
  }
}

test("Tab: accepted, and followed for ten minutes", async () => {
  const person = new Person();
  person.tab(await person.look());
  const { counts: first } = person;
  assert.deepEqual(first, {
    shown: 1,
    accepted: 1,
    charactersShown: 10,
    charactersAccepted: 10,
  });
  person.nowMs += 20_000;
  person.window.backspace(3); // the document is as it was when 15 s were over
  person.nowMs += 580_000;
  const { counts } = person;
  assert.deepEqual([counts.charactersRetained15, counts.charactersMeasured15], [10, 10]);
  for (const seconds of [30, 120, 300, 600] as const)
    assert.deepEqual([counts[`charactersRetained${seconds}`], counts[`charactersMeasured${seconds}`]], [7, 10]);
});

test("typed through key by key, each with its answer: shown once, no accept", async () => {
  const person = new Person({ writes: "total;" });
  await person.look();
  for (const key of "total;") {
    await person.window.typeAndAsk(key);
    person.nowMs += 50;
  }
  const { typedThrough, accepted, charactersTyped } = person.counts;
  assert.deepEqual([typedThrough, accepted, charactersTyped], [1, undefined, 6]);
});

test("brackets and blocks that the editor closes by itself: still the same suggestion", async () => {
  const call = new Person({ writes: "(total, 1);", place: PLACE.replace("│", "max│") });
  await call.look();
  await call.window.typeAndAsk("(", ")");
  await call.window.typeAndAsk("t");
  call.tab(await call.look());
  assert.deepEqual([call.counts.shown, call.counts.accepted], [1, 1], JSON.stringify(call.counts));
  assert.ok(call.window.text.includes("const value = max(total, 1);\n"), call.window.text);

  const place = "function f(total: number) {\n  if (total > 1) {│}\n}\n";
  const block = new Person({ writes: "\n    return total;\n  ", place });
  await block.look();
  await block.window.typeAndAsk("\n    ", "\n  ");
  block.tab(await block.look());
  assert.deepEqual([block.counts.shown, block.counts.accepted], [1, 1], JSON.stringify(block.counts));
});

test("words, then typing otherwise", async () => {
  const person = new Person();
  await person.look();
  person.window.type("total"); // in one change, as Ctrl+Right does
  await person.look();
  person.window.type("x");
  const { shown, partlyAccepted, charactersAccepted } = person.counts;
  assert.deepEqual([shown, partlyAccepted, charactersAccepted], [1, 1, 5]);
});

test("Esc and something else, another line, a closed document", async () => {
  const other = new Person();
  await other.look();
  other.window.type("x");
  assert.equal(other.counts.rejected, 1);

  const line = new Person();
  await line.look();
  line.feedback.cursorAt(line.window.document.uri, line.window.cursor);
  assert.equal(line.counts.rejected, undefined);
  line.feedback.cursorAt(line.window.document.uri, 0);
  assert.equal(line.counts.rejected, 1);

  const closed = new Person();
  await closed.look();
  closed.window.completer.closed(closed.window.document.uri);
  assert.equal(closed.counts.rejected, 1);

  const unread = new Person();
  await unread.look();
  unread.nowMs -= 900;
  unread.window.type("x");
  assert.deepEqual([unread.counts.rejected, unread.counts.unread], [undefined, 1]);
});

test("undone: no accept, and nothing is followed", async () => {
  const person = new Person();
  const item = await person.look();
  person.tab(item);
  person.nowMs += 1_000;
  person.window.backspace(item.text.length);
  person.nowMs += 700_000;
  const { accepted, undone, charactersAccepted, charactersMeasured15 } = person.counts;
  assert.deepEqual([accepted, undone, charactersAccepted, charactersMeasured15], [undefined, 1, undefined, undefined]);
});

test("the history: the newest first, ten of them, and what is taken back is ignored", async () => {
  const person = new Person();
  assert.deepEqual(person.feedback.history(), { recent: [] });
  const item = await person.look();
  person.tab(item);
  assert.deepEqual(person.feedback.history(), { recent: ["accepted"], sinceLastShownMs: 1_000 });
  person.window.backspace(item.text.length);
  assert.deepEqual(person.feedback.history().recent, ["ignored"]);
  for (let i = 0; i < 12; i++) {
    const again = await person.look();
    if (i % 2 === 0) {
      person.tab(again);
      person.nowMs += 10_000;
      person.window.backspace(again.text.length);
    } else {
      person.window.type("x");
      person.window.backspace();
    }
  }
  const expected = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? "ignored" : "accepted"));
  assert.deepEqual(person.feedback.history().recent, expected);
});

test("the counts come to the file, the report says them, reset forgets them", async () => {
  const person = new Person();
  person.tab(await person.look());
  const file = path.join(person.dataDir, "statistics.json");
  assert.match(person.feedback.report(), /\n {2}accepted +1 \(100 %\)/, "before they are written");
  person.feedback.end();
  assert.equal(totalOf(parseDays(readFileSync(file, "utf8"))).accepted, 1);
  assert.match(person.feedback.report(), /\n {2}accepted +1 \(100 %\)/);
  assert.match(person.feedback.reset({ examples: false }), /anew/);
  assert.match(person.feedback.report(), /\nShown +0 +0 +0\n/);
  assert.equal(person.counts.accepted, 1, "what this process has counted stays, for the log");
  assert.deepEqual(person.lines, []);
  assert.ok(!existsSync(path.join(person.dataDir, "examples.jsonl")));
});

test("no text of the document is in the file of counts", async () => {
  const person = new Person({ writes: "veryPeculiarName();" });
  person.tab(await person.look());
  person.feedback.end();
  const text = readFileSync(path.join(person.dataDir, "statistics.json"), "utf8");
  assert.doesNotMatch(text, /Peculiar|a\.ts|file:/);
});

/** The kept examples of a person. */
const keptBy = (person: Person): KeptExample[] => {
  const file = path.join(person.dataDir, "examples.jsonl");
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
};

test("examples, where they are switched on: written once it is known what stands there", async () => {
  const person = new Person({ keepExamples: true });
  person.tab(await person.look());
  person.nowMs += 20_000;
  person.window.backspace("1;".length);
  person.window.type("2;");
  person.nowMs += 270_000;
  person.window.change(0, 0, " "); // not at the place
  assert.deepEqual(keptBy(person), [], "the person may still change it");
  person.nowMs += 20_000;
  person.window.change(0, 0, " ");
  const [kept, ...others] = keptBy(person);
  assert.deepEqual(others, []);
  const { before, tail, after: behind, shown, final } = kept!;
  assert.deepEqual([before, tail, behind], ["const total = 1;\nconst value = ", "", "\nconst last = 2;\n"]);
  assert.deepEqual([shown?.text, shown?.ending, final], ["total + 1;", "accepted", "total + 2;"]);
  person.feedback.reset({ examples: true });
  assert.deepEqual(keptBy(person), []);
});

test("a rejected suggestion is kept with what was written instead, one whose document is closed without", async () => {
  const person = new Person({ keepExamples: true });
  await person.look();
  person.window.type("12");
  person.window.type(";\nmore();");
  person.nowMs += 300_000;
  person.feedback.counts();
  assert.deepEqual(
    keptBy(person).map(({ shown, final }) => [shown?.ending, final]),
    [["rejected", "12;"]],
  );
  const other = new Person({ keepExamples: true });
  other.tab(await other.look());
  other.feedback.closed(other.window.document.uri);
  assert.deepEqual(
    keptBy(other).map(({ final, unsettled }) => [final, unsettled]),
    [[undefined, "closed"]],
  );
});

test("a line that is typed though nothing is shown is kept, unless something is shown there after all", async () => {
  const person = new Person({ keepExamples: true });
  for (const key of "12;") person.window.type(key);
  person.nowMs += 300_000;
  person.feedback.end();
  assert.deepEqual(
    keptBy(person).map(({ before, shown, final }) => [before.split("\n").at(-1), shown, final]),
    [["const value = ", undefined, "12;"]],
  );
  const other = new Person({ keepExamples: true, writes: "2 + total;" });
  other.window.type("1");
  await other.look();
  other.nowMs += 300_000;
  other.feedback.end();
  assert.deepEqual(
    keptBy(other).map(({ shown }) => shown?.text),
    ["2 + total;"],
  );
});

test("nothing is kept while examples are off, whatever is typed or shown", async () => {
  const person = new Person();
  person.window.type("t");
  person.window.backspace();
  person.tab(await person.look());
  person.nowMs += 300_000;
  person.feedback.end();
  assert.deepEqual(readdirSync(person.dataDir), ["statistics.json"]);
});

test("a data folder that cannot be written costs a line for each file, and no completion", async () => {
  const person = new Person({ keepExamples: true });
  mkdirSync(path.dirname(person.dataDir), { recursive: true });
  writeFileSync(person.dataDir, "in the way");
  for (let i = 0; i < 3; i++) {
    const item = await person.look();
    person.tab(item);
    person.feedback.end();
    person.window.backspace(item.text.length);
  }
  assert.equal(person.lines.length, 2, person.lines.join("\n"));
  assert.equal(person.counts.shown, 3);
});

/** The invariants of what is counted together. */
function assertConsistent(counts: Counts): void {
  const told = JSON.stringify(counts);
  const of = (count: Count) => counts[count] ?? 0;
  assert.equal(
    ENDINGS.reduce((sum, ending) => sum + of(ending), 0),
    of("shown"),
    told,
  );
  for (const count of COUNTS) assert.ok(of(count) >= 0, `${count} ${told}`);
  assert.ok(of("charactersAccepted") + of("charactersTyped") <= of("charactersShown"), told);
  for (const seconds of RETENTION_SECONDS) {
    assert.ok(of(`charactersRetained${seconds}`) <= of(`charactersMeasured${seconds}`), told);
    assert.ok(of(`charactersMeasured${seconds}`) <= of("charactersAccepted"), told);
  }
  assert.ok(of("placesFinished") <= of("shown"), told);
  for (const said of ["charactersForetold", "charactersCopied"] as const)
    assert.ok(of(said) <= of("charactersWritten"), told);
}

test("whatever is done, across midnight and time zones: each suggestion ends in one way, and the file and the process count the same", async (t) => {
  const { TZ } = process.env;
  t.after(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
  const zones = ["UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kolkata"];
  const acts = [
    ...["tab", "word", "key", "wrong", "back", "ask", "line", "wait", "undoTab", "enter"],
    ...["later", "midnight", "zone"],
  ] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...acts), { maxLength: 15 }), async (steps) => {
      const person = new Person();
      const { window, feedback } = person;
      let item: Completion | undefined;
      for (const act of steps) {
        const line = window.text.indexOf("const value = ");
        const written = window.text.slice(line, window.cursor);
        if (act === "ask") {
          const { outcome } = await window.ask();
          item = outcome.kind === "shown" ? outcome.items[0] : undefined;
        } else if (act === "wait") person.nowMs += 800;
        else if (act === "later") person.nowMs += 40_000;
        else if (act === "midnight") person.nowMs = new Date(person.nowMs).setHours(23, 59, 59, 500);
        else if (act === "zone") process.env.TZ = zones[(zones.indexOf(process.env.TZ ?? "") + 1) % zones.length];
        else if (act === "enter") window.type("\n");
        else if (act === "line") feedback.cursorAt(window.document.uri, 0);
        else if (act === "wrong") window.type("?");
        else if (act === "back" && written.length > "const value = ".length) window.backspace();
        else if (item && act === "word") window.type(/^\w+|^\W+/.exec(item.text)![0]);
        else if (item && act === "key") window.type(item.text[0]!);
        else if (item && act === "tab") person.tab(item);
        else if (item && act === "undoTab") {
          person.tab(item);
          window.backspace(item.text.length);
        }
        const stays = ["ask", "wait", "line", "later", "midnight", "zone"];
        if (!stays.includes(act)) item = undefined;
      }
      feedback.end();
      const { counts } = person;
      const file = path.join(person.dataDir, "statistics.json");
      const days = existsSync(file) ? parseDays(readFileSync(file, "utf8")) : {};
      assert.deepEqual(totalOf(days), counts);
      for (const row of rowsOf(days)) assertConsistent(row.counts);
    }),
    { numRuns: 1_000 },
  );
});

/** How many labels were learnt, a minute after all that was done. */
function labelsOf(person: Person): number {
  person.nowMs += 61_000;
  person.feedback.counts(); // looks at what is due
  person.feedback.end();
  const file = path.join(person.dataDir, "calibration.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).labels : 0;
}

test("what was withheld teaches as much as what was shown", async () => {
  const withheld = new Person({ learnFromUse: true, logProb: -2 });
  const { outcome } = await withheld.window.ask();
  assert.deepEqual([outcome.kind, outcome.kind === "none" && outcome.reason], ["none", "improbable"]);
  for (const key of "total + 1;") withheld.window.type(key);
  assert.equal(labelsOf(withheld), 1);

  const shown = new Person({ learnFromUse: true });
  shown.tab(await shown.look());
  assert.equal(labelsOf(shown), 1);
});

test("a suggestion that nobody has read teaches nothing, nor one that was asked for", async () => {
  const unread = new Person({ learnFromUse: true });
  await unread.window.ask();
  unread.nowMs += 300;
  unread.window.type("2;\n");
  assert.deepEqual([unread.counts.unread, labelsOf(unread)], [1, 0]);

  const asked = new Person({ learnFromUse: true });
  await asked.window.ask(true);
  asked.nowMs += 1_000;
  asked.window.type("2;\n");
  assert.deepEqual([asked.counts.rejected, labelsOf(asked)], [1, 0]);
});

test("switched off: nothing is learnt, nothing is kept, and each score and threshold is that of the fit, to the bit", async () => {
  const decided = async (learnFromUse: boolean, logProb: number, teaches: boolean) => {
    const person = new Person({ learnFromUse, logProb });
    if (teaches) mkdirSync(person.dataDir, { recursive: true });
    if (teaches) writeFileSync(path.join(person.dataDir, "calibration.json"), LEARNT);
    await person.window.ask();
    const { document, cursor, completer } = person.window;
    const origin = await completer.originAt(document, cursor, new AbortController().signal);
    assert.ok(typeof origin !== "string");
    for (const key of "total + 1;") person.window.type(key);
    return {
      score: origin.scored!.score,
      threshold: origin.threshold,
      outcome: origin.outcome,
      labels: labelsOf(person),
    };
  };
  for (const logProb of [-0.01, -0.2, -0.5, -1, -2]) {
    const off = await decided(false, logProb, false);
    const withFile = await decided(false, logProb, true);
    const { score, threshold, outcome } = off;
    assert.deepEqual([withFile.score, withFile.threshold, withFile.outcome], [score, threshold, outcome]);
    assert.deepEqual([off.labels, withFile.labels], [0, JSON.parse(LEARNT).labels], "the file is as it was");
    assert.equal(threshold, showFitOf().thresholds.usual);
    const on = await decided(true, logProb, true);
    assert.ok(on.score < score, `${on.score} ${score}`);
  }
});

test("a reset forgets what was learnt, and what is watched", async () => {
  const person = new Person({ learnFromUse: true, logProb: -2 });
  await person.window.ask();
  for (const key of "total + 1;") person.window.type(key);
  assert.match(person.feedback.reset({ examples: false }), /forgotten/);
  assert.equal(labelsOf(person), 0);
  assert.deepEqual(person.feedback.calibration(), UNLEARNT);
});

/** Somebody who writes less of what is suggested than the fit says. */
const LEARNT =
  '{"version":1,"labels":300,"sums":{"typescript":[40,-10,50,40,-70]},"dayBegan":{"atMs":0,"calibration":{"slope":0.9,"shift":-1,"byLanguage":{}}}}';
