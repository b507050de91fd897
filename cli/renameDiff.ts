// Writes a unified diff of one file that is renamed and changed, as `git diff` does. Pure.

import { type TextChange, withChanges } from "../src/typescript/problems.ts";

const CONTEXT_LINES = 3;

interface Hunk {
  from: number; // lines before it, in the old text
  to: number; // the first line after it
}

/** @param changes of the old text, which do not overlap */
export function renameDiff(before: string, after: string, text: string, changes: readonly TextChange[]): string {
  const head = [`--- a/${before}`, `+++ b/${after}`];
  const rename = [`diff --git a/${before} b/${after}`, `rename from ${before}`, `rename to ${after}`];
  const blocks = blocksOf(text, changes);
  if (blocks.length === 0) return `${rename.join("\n")}\n`;
  const lines: string[] = [];
  const old = text.split("\n");
  let shift = 0;
  for (const hunk of hunksOf(blocks, old.length)) {
    const body: string[] = [];
    let added = 0;
    let at = hunk.from;
    for (const block of blocks.filter(({ from }) => from >= hunk.from && from < hunk.to)) {
      body.push(...old.slice(at, block.from).map((line) => ` ${line}`));
      const removed = old.slice(block.from, block.to);
      const [start, end] = commonEnds(removed, block.lines);
      body.push(...removed.slice(0, start).map((line) => ` ${line}`));
      body.push(...removed.slice(start, removed.length - end).map((line) => `-${line}`));
      body.push(...block.lines.slice(start, block.lines.length - end).map((line) => `+${line}`));
      body.push(...removed.slice(removed.length - end).map((line) => ` ${line}`));
      added += block.lines.length - removed.length;
      at = block.to;
    }
    body.push(...old.slice(at, hunk.to).map((line) => ` ${line}`));
    const count = hunk.to - hunk.from;
    lines.push(`@@ -${hunk.from + 1},${count} +${hunk.from + 1 + shift},${count + added} @@`, ...body);
    shift += added;
  }
  return `${[...rename, ...head, ...lines].join("\n")}\n`;
}

interface Block {
  from: number;
  to: number; // the first line after it
  lines: string[]; // what stands there afterwards
}

/** Whole lines that change: changes of the same line are one. */
function blocksOf(text: string, changes: readonly TextChange[]): Block[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const lineOf = (offset: number) => starts.findLastIndex((start) => start <= offset);
  const groups: { from: number; to: number; changes: TextChange[] }[] = [];
  for (const change of changes.toSorted((a, b) => a.start - b.start)) {
    const [from, to] = [lineOf(change.start), lineOf(change.end) + 1];
    const last = groups.at(-1);
    if (last && from < last.to) {
      last.to = Math.max(last.to, to);
      last.changes.push(change);
    } else groups.push({ from, to, changes: [change] });
  }
  return groups.map(({ from, to, changes: own }) => {
    const start = starts[from]!;
    const end = (starts[to] ?? text.length + 1) - 1;
    const moved = own.map((change) => ({ ...change, start: change.start - start, end: change.end - start }));
    return { from, to, lines: withChanges(text.slice(start, end), moved).split("\n") };
  });
}

function hunksOf(blocks: readonly Block[], lineCount: number): Hunk[] {
  const hunks: Hunk[] = [];
  for (const { from, to } of blocks) {
    const hunk = { from: Math.max(0, from - CONTEXT_LINES), to: Math.min(lineCount, to + CONTEXT_LINES) };
    const last = hunks.at(-1);
    if (last && hunk.from <= last.to) last.to = hunk.to;
    else hunks.push(hunk);
  }
  return hunks;
}

/** How many lines are the same at the beginning and at the end. */
function commonEnds(a: readonly string[], b: readonly string[]): [number, number] {
  const least = Math.min(a.length, b.length);
  let start = 0;
  while (start < least && a[start] === b[start]) start++;
  let end = 0;
  while (end < least - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [start, end];
}
