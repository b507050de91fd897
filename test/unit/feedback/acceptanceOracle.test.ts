// The state machine against slow oracles: a note of how each character came, and a replay of the whole text.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { partialAcceptEnds } from "../../../src/feedback/insertion.ts";
import { WatchedEditor } from "./watchedEditor.ts";

const suggestions = fc
  .array(
    fc.constantFrom("a", "b", "foo", "bar1", " ", "  ", "\n", "\n  ", "(", ")", "{}", ".", " = ", ";", "é", "😀"),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(""));

type Step = { kind: "type" | "word" | "line" | "rest" } | { kind: "delete"; units: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom("type", "word", "line", "rest") }) as fc.Arbitrary<Step>,
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("delete"),
        units: fc.integer({ min: 1, max: 3 }),
      }) as fc.Arbitrary<Step>,
    },
  ),
  { maxLength: 25 },
);

/** One key may have brought it. */
const byKey = (text: string) => [...text].length < 2 || text.trim() === "" || text === "{}" || text === "()";

test("however a suggestion is written, each of its characters is counted once, as it came", () => {
  fc.assert(
    fc.property(
      suggestions,
      steps,
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      (suggestion, path, lineBreak, again) => {
        const inDocument = (text: string) => text.replaceAll("\n", lineBreak);
        const editor = new WatchedEditor(inDocument("before\n¦\nafter")).show(inDocument(suggestion));
        let came: ("accepted" | "typed")[] = []; // for each character that stands there
        let takenBack = false;
        for (const step of path) {
          const left = suggestion.slice(came.length);
          if (left === "") break;
          if (step.kind === "delete") {
            const units = Math.min(step.units, came.length);
            const standing = suggestion.slice(0, came.length - units);
            const removed = inDocument(suggestion.slice(0, came.length)).length - inDocument(standing).length;
            if (removed > 0) editor.deleteBack(removed);
            came = came.slice(0, came.length - units);
            takenBack ||= units > 0;
          } else {
            const [word, , line] = partialAcceptEnds(left);
            const units = { type: [...left][0]!.length, word: word!, line: line!, rest: left.length }[step.kind];
            const text = left.slice(0, units);
            editor.insert(inDocument(text));
            came.push(...Array<"accepted" | "typed">(units).fill(byKey(text) ? "typed" : "accepted"));
          }
          if (again && came.length < suggestion.length) editor.show(inDocument(suggestion.slice(came.length)));
        }
        editor.wait(1_000).close();
        assert.equal(editor.endings.length, 1);
        const [{ characters, ending }] = editor.endings as [(typeof editor.endings)[0]];
        const count = (how: string) => came.filter((one) => one === how).length;
        assert.deepEqual(characters, {
          accepted: count("accepted"),
          typed: count("typed"),
          left: suggestion.length - came.length,
        });
        assert.equal(editor.shownCount, 1);
        const finished = came.length === suggestion.length;
        const expected =
          count("accepted") > 0 ? ["accepted", "partlyAccepted"] : [finished ? "typedThrough" : "rejected"];
        assert.ok(expected.includes(ending), `${ending} of ${expected}`);
        if (ending === "accepted") assert.ok(finished && came.at(-1) === "accepted");
        if (!takenBack) {
          assert.equal(
            editor.pieces.join("").length,
            inDocument(suggestion.slice(0, came.length)).length - typedUnits(),
          );
        }

        function typedUnits(): number {
          return came.reduce((sum, how, i) => sum + (how === "typed" ? inDocument(suggestion[i]!).length : 0), 0);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

/** Whether a text may be a beginning of the suggestion, and behind it closing brackets of the editor's own. */
const mayBeClosed = (suggestion: string, text: string): boolean =>
  Array.from(text, (_, at) => at + 1).some(
    (end) => suggestion.startsWith(text.slice(0, end)) && /^\n?\)*$/.test(text.slice(end)),
  );

test("after any changes: it is watched as long as the whole text is the one before, a beginning of it, and the one after", () => {
  const texts = fc.stringMatching(/^[ab)\n]{0,3}$/);
  const edits = fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), removed: fc.nat(3), text: texts }),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[ab)\n]{1,6}$/), edits, (suggestion, changes) => {
      let [before, after] = ["xx\nyy", "zz\nww"];
      const editor = new WatchedEditor(`${before}¦${after}`).show(suggestion);
      let standing = "";
      for (const { at, removed, text } of changes) {
        const start = Math.round(at * editor.text.length);
        const end = Math.min(editor.text.length, start + removed);
        const whole = editor.text.slice(0, start) + text + editor.text.slice(end);
        const insideStart = before.length;
        const insideEnd = before.length + standing.length;
        // which of the three the change is in; one that touches two of them is a contradiction unless it changes nothing
        const inBefore = end <= insideStart && start < insideStart;
        const inAfter = start >= insideEnd && end > insideEnd;
        let agrees = true;
        if (whole === editor.text) {
          // nothing has changed
        } else if (start >= insideStart && end <= insideEnd) {
          standing = whole.slice(before.length, whole.length - after.length);
          agrees = suggestion.startsWith(standing);
          if (!agrees && mayBeClosed(suggestion, standing)) return; // brackets that an editor closes by itself have tests of their own
        } else if ((inBefore && end < insideStart) || (inAfter && start > insideEnd)) {
          if (inBefore) before = whole.slice(0, whole.length - after.length - standing.length);
          else after = whole.slice(before.length + standing.length);
        } else return; // at an edge what is only written again decides: the tests with words have those
        editor.replace(start, end, text);
        const finished = agrees && standing === suggestion;
        assert.equal(editor.endings.length, agrees && !finished ? 0 : 1, JSON.stringify({ standing, suggestion }));
        if (editor.endings.length > 0) {
          const [{ reason, characters }] = editor.endings as [(typeof editor.endings)[0]];
          assert.equal(reason, finished ? "finished" : "contradicted");
          assert.equal(characters.accepted + characters.typed + characters.left, suggestion.length);
          return;
        }
      }
    }),
    { numRuns: 3_000 },
  );
});
