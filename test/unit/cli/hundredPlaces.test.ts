// The record of the hundred places: every text has its judgement, and the page is what the record says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  answeredPlaces,
  countsOf,
  judgementOf,
  type Place,
  page,
  readRecord,
} from "../../../lab/evaluate/hundredPlacesPage.ts";
import { root } from "../../../scripts/steps.ts";

test("the page is what the record says, and each text of it was judged", () => {
  const record = readRecord();
  assert.equal(record.places.length, 100);
  for (const place of answeredPlaces(record))
    for (const answer of Object.values(place.answers)) judgementOf(place, answer);
  assert.equal(readFileSync(path.join(root, "docs", "hundred-places.md"), "utf8"), `${page(record).trimEnd()}\n`);
});

const place = (given: Partial<Place>): Place => ({
  ...{ repository: "a", path: "a.ts", line: 1, typed: "", author: "f(x);", answers: {}, judged: {} },
  ...given,
});

test("what is as the author wrote it is right; another text counts as it was judged, and not without that", () => {
  const shown = (text: string) => ({ strong: { text, ms: 1 } });
  const withheld = (text: string, reason: string) => ({ strong: { text, reason, ms: 1 } });
  const judged = { "g(x);": "wrong", "f( x );": "right", "": "absurd" } as const;
  const places = [
    place({ answers: shown("f(x);\n"), judged }),
    place({ answers: shown("f( x );"), judged }),
    place({ answers: shown("g(x);"), judged }),
    place({ answers: withheld("f(x);", "improbable"), judged }),
    place({ answers: withheld("g(x);", "improbable"), judged }),
    place({ answers: withheld("", "inString"), judged }),
  ];
  const { shown: all, exact, byJudgement, withheldRight, withheldOther } = countsOf(places, "strong");
  assert.deepEqual({ all, exact, byJudgement }, { all: 3, exact: 1, byJudgement: { right: 2, wrong: 1, absurd: 0 } });
  assert.deepEqual([...withheldRight], [["improbable", 1]]);
  assert.deepEqual(Object.fromEntries(withheldOther), { improbable: 1, inString: 1 });
  const unread = place({ answers: shown("h();") });
  assert.throws(() => judgementOf(unread, unread.answers.strong!), /a.ts:1 has no judgement/);
});
