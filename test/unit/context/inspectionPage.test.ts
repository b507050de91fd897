// The prompt inspector's page: every part with its tokens, what was left out with its reason, and what changed since another place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filePage } from "../../../pages/page.ts";
import type { Inspection } from "../../../src/context/inspection.ts";
import { changedPieces, inspectionPage } from "../../../src/context/inspectionPage.ts";

const piece = (kind: string, path: string, text: string, tokens: number) => ({ kind, path, text, score: 0.5, tokens });
const inspection: Inspection = {
  pieces: [
    { ...piece("import", "b.ts", "export const b = '<script>';", 9), lines: [{ start: 6, end: 9 }] },
    piece("prefix", "a.ts", "const a = ", 4),
  ],
  dropped: [{ kind: "search", path: "c.ts", lines: { start: 4, end: 9 }, reason: "no room" }],
  redacted: [{ path: "b.ts", found: { keyword: 2 } }],
  prompt: "export const b = '<script>';const a = ",
  tokens: 13,
  contextMs: 7,
  costs: [
    { kind: "import", ms: 4.26, found: 2 },
    { kind: "search", ms: 1, found: 0 },
  ],
  index: "ready",
};
const options = { place: { path: "a.ts", line: 3, column: 11 }, goesTo: "It stays on this machine: tiny" };

test("each part has its tokens and opens its source, and what was left out has its reason", () => {
  const { title, body } = inspectionPage(inspection, options);
  assert.equal(title, "Prompt at a.ts:3");
  assert.match(
    body,
    /<summary>import b\.ts, lines 7-9: 9 tokens, score 0\.5<\/summary>.*data-path="b\.ts" data-line="7"/,
  );
  assert.match(body, /<summary>text before the cursor in a\.ts: 4 tokens<\/summary>/);
  assert.match(body, /data-path="c\.ts" data-line="5".*: no room/);
  assert.match(body, /b\.ts: 2 keyword/);
  assert.match(body, /data-value="import \(2\): 4\.3"/);
  assert.match(body, /It stays on this machine: tiny/);
  assert.doesNotMatch(body, /Since the place before/);
});

test("code on the page is no markup", () => {
  const page = filePage(inspectionPage(inspection, options), { script: false });
  assert.ok(page.includes("&lt;script&gt;"));
  assert.doesNotMatch(page, /<script/);
});

test("what changed since another place is told, and nothing changed since the same one", () => {
  const now = { ...inspection, pieces: [piece("import", "d.ts", "export const d = 1;", 6), inspection.pieces[1]!] };
  const { added, gone, kept } = changedPieces(inspection.pieces, now.pieces);
  assert.deepEqual([added.map(({ path }) => path), gone.map(({ path }) => path), kept], [["d.ts"], ["b.ts"], 1]);
  assert.match(
    inspectionPage(now, { ...options, before: inspection }).body,
    /new: import .*d\.ts.*gone: import .*b\.ts/,
  );
  assert.deepEqual(changedPieces(now.pieces, now.pieces), { added: [], gone: [], kept: 2 });
});
