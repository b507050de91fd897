// The report page: what it tells, that nothing of a workspace can become markup, and that it loads nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lossChart } from "../../../../finetune/judge/lossChart.ts";
import { type Report, reportPage } from "../../../../finetune/judge/reportPage.ts";
import { sampleReport } from "../../../support/sampleReport.ts";

const kept = sampleReport(); // intervals take a moment
const notKept = sampleReport({ accepted: false });

const NASTY = `</script></style></svg><script>alert("1")</script><img src=x onerror='steal()'>"'&amp;`;

/** Element names and attributes of a page, in order, without what stands in them. */
const skeletonOf = (page: string): string[] =>
  [...page.matchAll(/<\/?([a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*\/?>/g)].map(
    ([, name, attributes]) => `${name} ${[...attributes.matchAll(/([\w-]+)=?/g)].length}`,
  );

test("it tells the verdict, the figures, the samples, the data and the settings", () => {
  const page = reportPage(kept);
  for (const part of [
    "<b>Kept</b>",
    "Exact match on 160 held-out places rose from 40.0 %",
    "<td>40.0 %</td>",
    "Right with what was learnt, wrong before",
    "Wrong both times",
    "158 files, 905 kB",
    "1 × holds what looks like a key, a token or a password",
    "and 12 more",
    "<code>config/keys.local.ts</code>",
    "361,204",
    "0.00040 (1.281)",
    "<dt>Rank</dt><dd>16</dd>",
    "37 min",
    "1.38 GB",
  ])
    assert.ok(page.includes(part), part);
  assert.equal(page.match(/<path class="curve"/g)?.length, 9); // three rates: a line over each of both kinds of files, and one in the legend
  assert.equal(page.match(/<article/g)?.length, 11);
});

test("what was not kept says so", () => {
  const page = reportPage(notKept);
  assert.ok(page.includes("<b>Not kept</b>") && page.includes("which is no clear gain."));
  assert.ok(!page.includes('class="verdict accepted"'));
});

test("a fine-tuning that was never judged has a page without figures", () => {
  const { verdict: _, ...report } = notKept;
  const reason = "The training did not lower the loss on held-out files, so there was nothing to keep.";
  const page = reportPage({ ...report, verdict: null, curves: [], result: { ...report.result, reason } });
  assert.ok(page.includes(reason) && page.includes("What it learnt from"));
  assert.ok(!page.includes("Before and after") && !page.includes("<svg"));
});

test("kept examples: their places as a group of their own, how many were learnt from, and what was left out in words", () => {
  assert.ok(!reportPage(kept).includes("ept examples"));
  const { result, verdict } = kept;
  const facts = { learnt: 76, heldOut: 18, tokens: 29_782, dropped: { otherText: 11, repeated: 2 } };
  const page = reportPage({
    ...kept,
    verdict: { ...verdict!, kept: { ...verdict!.general, cases: 18 } },
    result: { ...result, corpus: { ...result.corpus, kept: facts } },
  });
  for (const part of [
    "Where you worked <small>18 kept examples, the latest, that nothing was learnt from",
    "76 learnt from (29,782 tokens), 18 held out",
    "11 what stood there in the end has little to do with them; 2 the same line again",
  ])
    assert.ok(page.includes(part), part);
});

test("edits of commits: how many were learnt from, and what was left out in words", () => {
  assert.ok(!reportPage(kept).includes("Edits"));
  const { result } = kept;
  const edits = { learnt: 189, tokens: 82_708, dropped: { gone: 192, sizeCap: 1_204 } };
  const page = reportPage({ ...kept, result: { ...result, corpus: { ...result.corpus, edits } } });
  const left = "192 what was written there is gone; 1,204 beyond 10 % of what is learnt; the latest are kept";
  for (const part of ["189 learnt from (82,708 tokens)", left]) assert.ok(page.includes(part), part);
});

/** The report with `text` wherever a workspace's text can stand. */
function everywhere(text: string): Report {
  const { result, verdict } = kept;
  const sample = { path: text, prefix: text, expected: text, suffix: text, before: text, after: text };
  return {
    ...kept,
    workspace: text,
    settings: [[text, text]],
    verdict: { ...verdict!, samples: verdict!.samples.map(({ kind }) => ({ kind, ...sample })) },
    result: {
      ...result,
      reason: text,
      corpus: { ...result.corpus, dropped: { [text]: 1 }, droppedFiles: [{ path: text, reason: text }] },
    },
  };
}

test("no text becomes markup: the page has the same elements and attributes whatever stands in it", () => {
  const plain = skeletonOf(reportPage(everywhere("plain")));
  assert.ok(plain.length > 300);
  const nasty = reportPage(everywhere(NASTY));
  assert.deepEqual(skeletonOf(nasty), plain);
  assert.ok(!nasty.includes("<script") && !nasty.includes("onerror='") && !nasty.includes("<img"));
  assert.ok(nasty.includes("&lt;/script&gt;"));
  const text = fc.string({
    unit: fc.constantFrom(..."<>&\"'/= abps-!", "script", "\u0000", "\u202e", "\ud800"),
    maxLength: 30,
  });
  fc.assert(
    fc.property(text, (drawn) => {
      assert.deepEqual(skeletonOf(reportPage(everywhere(drawn))), plain);
    }),
    { numRuns: 30 },
  );
});

test("it loads nothing and runs nothing", () => {
  const page = reportPage(kept);
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|https?:/);
  assert.ok(page.includes("default-src &#39;none&#39;"));
});

test("curves of one point, equal losses or values that are no numbers give a picture with numbers only", () => {
  const chart = (points: { step: number; loss?: number; heldOutLoss?: number }[]) =>
    lossChart([{ rate: 1e-4, chosen: true, points }]).markup;
  for (const points of [
    [{ step: 0, loss: 1 }],
    [
      { step: 1, loss: 2, heldOutLoss: 2 },
      { step: 2, loss: 2 },
    ],
    [
      { step: 1, loss: Number.NaN, heldOutLoss: 3 },
      { step: 5, loss: Number.POSITIVE_INFINITY },
    ],
    [
      { step: 1, loss: 9e9 },
      { step: 900_000, loss: 1e-9 },
    ],
  ]) {
    const markup = chart(points);
    assert.match(markup, /<path/);
    assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
  }
  assert.equal(chart([{ step: 1, loss: Number.NaN }]), "");
  assert.equal(lossChart([]).markup, "");
});
