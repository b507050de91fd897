// Texts about a folder's adapters. Pure, so that every text has a unit test; must not import `vscode`.

import type { AdapterComparison, AdapterEntry } from "../../protocol/adapters.ts";
import { count, day, percent, points, signed, size } from "./words.ts";

/** A row of the quick pick. */
export function adapterRow(adapter: AdapterEntry): { label: string; description: string; detail: string } {
  const { name, active, gain, origin, createdMs, interval, forgetting, cases, sizeBytes } = adapter;
  const made = origin === "imported" ? "imported" : "gain not known";
  const description = [gain === null ? made : points(gain), day(createdMs), ...(active ? ["in use"] : [])].join(" · ");
  const facts = [
    ...(interval ? [`between ${signed(interval[0])} and ${signed(interval[1])}`] : []),
    ...(cases === null ? [] : [`judged on ${count(cases)} held-out lines`]),
    ...(forgetting === null ? [] : [`general code ${points(-forgetting / 100)}`]),
    size(sizeBytes),
  ];
  return {
    label: `$(${active ? "pass-filled" : "circle-large-outline"}) ${name}`,
    description,
    detail: facts.join(", "),
  };
}

/**
 * Two adapters side by side, for the read-only page.
 * @param judged what came of judging both by the same lines, where that was asked for
 */
export function comparison(one: AdapterEntry, other: AdapterEntry, judged?: AdapterComparison): string {
  const known = <T>(value: T | null, words: (value: T) => string) => (value === null ? "not known" : words(value));
  const rows: [string, (adapter: AdapterEntry) => string][] = [
    ["", ({ name }) => name],
    ["In use", ({ active }) => (active ? "yes" : "no")],
    ["Made", ({ createdMs, origin }) => `${day(createdMs)}, ${origin}`],
    ["Gain of exact match", ({ gain }) => known(gain, points)],
    ["  with 95 % between", ({ interval }) => known(interval, ([low, high]) => `${signed(low)} and ${signed(high)}`)],
    ["General code", ({ forgetting }) => known(forgetting, (lost) => points(-lost / 100))],
    ["Lines judged by", ({ cases }) => known(cases, count)],
    ["Size", ({ sizeBytes }) => size(sizeBytes)],
  ];
  const cells = rows.map(([title, of]) => [title, of(one), of(other)]);
  if (!judged) return `${[...table(cells), "", OWN_LINES].join("\n")}\n`;
  const both = [["Judged by the same lines", "", ""], ...judgedRows("Held-out", judged.heldOut)];
  return `${table([...cells, ["", "", ""], ...both, ...judgedRows("General", judged.general)]).join("\n")}\n`;
}

const OWN_LINES =
  "Each was judged by the lines that were held back when it was made.\nGains of different days differ by those lines too.";

function judgedRows(what: string, { cases, before, after, gains }: AdapterComparison["heldOut"]): string[][] {
  const { mean, interval } = gains.exactMatch;
  const gain = `${points(mean)} (${signed(interval[0])} to ${signed(interval[1])})`;
  return [
    [`${what} lines`, count(cases), count(cases)],
    ["  exact match", percent(before.exactMatch), `${percent(after.exactMatch)}, ${gain}`],
    ["  edit similarity", percent(before.editSimilarity), percent(after.editSimilarity)],
    ["  loss, nats a character", before.loss.toFixed(3), after.loss.toFixed(3)],
  ];
}

function table(cells: readonly string[][]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("   ")
      .trimEnd(),
  );
}
