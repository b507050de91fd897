// What a person is told of what was learnt.

import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrationNow, nothingLearnt, withLabel } from "../../../src/completion/show/calibration.ts";
import { learntSentences } from "../../../src/feedback/learnt.ts";

test("nothing learnt is said, and what was learnt is told for each language, with what was not", () => {
  let learnt = nothingLearnt(0);
  assert.match(learntSentences(learnt).join(" "), /Nothing was learnt/);
  for (let i = 0; i < 30; i++) {
    for (const languageId of ["typescript", "python"]) {
      const label = { logOdds: 0, languageId, isRight: languageId === "python" && i % 2 === 0 };
      learnt = { ...learnt, evidence: withLabel(learnt.evidence, calibrationNow(learnt), label) };
    }
  }
  const [places, scores, not] = learntSentences(learnt, { unread: 3, dayIsOver: 1 });
  assert.match(places!, /60 places/);
  const [, typescript, python] = /: (\d+) % in typescript, (\d+) % in python\.$/.exec(scores!)!.map(Number);
  assert.ok(typescript! < python! && python! < 50, scores);
  assert.match(not!, /could be read \(3\); .*within a day \(1\)\.$/);
});
