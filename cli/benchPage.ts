// A bench's JSON line as a page: what missed its goal first, then each figure that has a goal or a baseline as bars beside them, then every number.
// Knows no bench: it reads how all of them name things.

import { tableOf } from "../pages/charts/figure.ts";
import { shortNumber } from "../pages/charts/frame.ts";
import { rowChart } from "../pages/charts/rowChart.ts";
import { pageControls } from "../pages/controls.ts";
import { html, nothing } from "../pages/html.ts";
import type { PageContent } from "../pages/page.ts";

/** A number of a bench, and what it is compared with. */
export interface Figure {
  name: string; // the keys that lead to it, without those that only say whose it is
  own?: number;
  baseline?: number;
  goal?: number;
  met?: boolean;
}

/** Keys under which a bench puts its own figures, those of a peer or a baseline, and keys that say nothing. */
const OWN = new Set(["sotto", "ours"]);
const BASELINE = new Set(["peer", "baseline"]);
const SILENT = new Set(["value", "best"]);
const NO_FIGURES = new Set(["name", "bench", "machine", "goals", "met", "missed"]);

/** Figures of one unit share a scale: the end of a name tells it. */
const UNITS = /(Ms|µs|Us|Bytes|Share|Tokens|Percent|Seconds)$/;

export function figuresOf(result: Record<string, unknown>): Figure[] {
  const figures = new Map<string, Figure>();
  const visit = (value: unknown, keys: readonly string[], isBaseline: boolean): void => {
    if (typeof value === "number" && Number.isFinite(value)) {
      const name = keys.join(".");
      const figure = figures.get(name) ?? { name };
      figures.set(name, { ...figure, [isBaseline ? "baseline" : "own"]: value });
    } else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        const isSilent = OWN.has(key) || BASELINE.has(key) || SILENT.has(key);
        visit(one, isSilent ? keys : [...keys, key], isBaseline || BASELINE.has(key));
      }
    }
  };
  visit(Object.fromEntries(Object.entries(result).filter(([key]) => !NO_FIGURES.has(key))), [], false);
  const [goals, met] = [recordOf(result.goals), recordOf(result.met)];
  for (const [key, goal] of Object.entries(goals)) {
    if (typeof goal !== "number") continue;
    const named = figures.get(key) ??
      [...figures.values()].find(({ name }) => name.endsWith(`.${key}`)) ?? { name: key };
    const verdict = met[key];
    figures.set(named.name, { ...named, goal, ...(typeof verdict === "boolean" && { met: verdict }) });
  }
  return [...figures.values()];
}

export function benchPage(result: Record<string, unknown>): PageContent {
  const name = String(result.name ?? result.bench ?? "bench");
  const figures = figuresOf(result);
  const compared = figures.filter(({ baseline, goal }) => baseline !== undefined || goal !== undefined);
  const judged = figures.filter(({ met }) => met !== undefined);
  const verdicts = [
    ...judged
      .filter(({ met }) => !met)
      .map((one) => `Missed: ${one.name} is ${told(one.own)}, the goal ${told(one.goal)}.`),
    ...Object.entries(recordOf(result.missed)).map(([key, value]) => `Missed: ${key} is ${String(value)}.`),
    ...judged
      .filter(({ met }) => met)
      .map((one) => `Met: ${one.name} is ${told(one.own)}, the goal ${told(one.goal)}.`),
  ];
  const { processor, threads, device, versions } = recordOf(result.machine);
  const units = [...new Set(compared.map(unitOf))];
  const body = html`<h1>Bench ${name}</h1>
${pageControls}
<p class="soft">${[processor, `${String(threads ?? "?")} threads`, device].filter(Boolean).map(String).join(", ")}. ${Object.entries(
    recordOf(versions),
  )
    .map(([program, version]) => `${program} ${String(version)}`)
    .join(", ")}</p>
<h2>Goals</h2>
${verdicts.length > 0 ? html`<ul>${verdicts.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p>This bench names none.</p>`}
${compared.length > 0 ? html`<h2>Beside the baseline and the goal</h2>` : nothing}
${units.map((unit, i) =>
  rowChart({
    id: `compared${i}`,
    title: unit === "" ? "Figures" : `Figures in ${unit}`,
    counted:
      "as the bench reports them; ours, then its peer or baseline and its goal, where it has them. A goal may be the most or the least: the list above says whether it is met.",
    rows: compared.filter((figure) => unitOf(figure) === unit).flatMap(barsOf),
  }),
)}
<h2>All numbers</h2>
${tableOf({
  caption: `All numbers of the bench ${name}`,
  head: ["", "ours", "baseline", "goal"],
  rows: figures.map((figure) => [figure.name, told(figure.own), told(figure.baseline), told(figure.goal)]),
})}`;
  return { title: `Bench ${name}`, body: body.markup, data: result };
}

function barsOf({ name, own, baseline, goal }: Figure) {
  const bars = [
    [name, own],
    [`${name}: baseline`, baseline],
    [`${name}: goal`, goal],
  ] as const;
  return bars.flatMap(([label, value]) => (value === undefined ? [] : [{ name: label, value }]));
}

const unitOf = ({ name }: Figure): string => UNITS.exec(name)?.[1] ?? "";

const told = (value: number | undefined): string => (value === undefined ? "–" : shortNumber(value));

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
