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

/** Keys under which a bench puts its own figures, those of a peer or a baseline, and keys that say nothing or lead to no figure. */
const OWN = new Set(["sotto", "ours"]);
const BASELINE = new Set(["peer", "baseline"]);
const SILENT = new Set(["value", "best"]);
const GOALS = new Set(["goals", "target"]);
const NO_FIGURES = new Set(["name", "bench", "machine", "met", "missed"]);

/** "goalP95Ms" is the goal of each "p95Ms" beside or below it, "oracleP50Ms" the baseline of "p50Ms". */
const PREFIXED = /^(goal|oracle)([A-Z].*)$/;

/** Figures of one unit share a scale: the end of a name tells it. */
const UNITS = /(Ms|µs|Us|Bytes|Share|Tokens|Percent|Seconds)$/;

/** A goal and the figures that it is of: those below `keys` whose name ends so; all of them, or the first. */
interface Goal {
  keys: readonly string[];
  name: string;
  goal: number;
  met?: boolean;
  ofAll: boolean;
}

export function figuresOf(result: Record<string, unknown>): Figure[] {
  const figures = new Map<string, Figure>();
  const goals: Goal[] = [];
  const set = (keys: readonly string[], isBaseline: boolean, value: number) => {
    const name = keys.join(".");
    figures.set(name, { ...(figures.get(name) ?? { name }), [isBaseline ? "baseline" : "own"]: value });
  };
  const visit = (value: unknown, keys: readonly string[], isBaseline: boolean): void => {
    if (typeof value === "number" && Number.isFinite(value)) set(keys, isBaseline, value);
    if (typeof value !== "object" || value === null) return;
    for (const [key, one] of Object.entries(value)) {
      const [, prefix, rest = ""] = PREFIXED.exec(key) ?? [];
      const prefixed = rest.charAt(0).toLowerCase() + rest.slice(1);
      if (NO_FIGURES.has(key)) continue;
      if (GOALS.has(key)) goals.push(...goalsIn(recordOf(one), recordOf(value), keys));
      else if (prefix === "goal" && typeof one === "number")
        goals.push({ keys, name: prefixed, goal: one, ofAll: true });
      else if (prefix === "oracle" && typeof one === "number") set([...keys, prefixed], true, one);
      else {
        const isSilent = OWN.has(key) || BASELINE.has(key) || SILENT.has(key);
        const named = Array.isArray(value) ? (recordOf(one).name ?? key) : key;
        visit(one, isSilent ? keys : [...keys, String(named)], isBaseline || BASELINE.has(key));
      }
    }
  };
  visit(result, [], false);
  for (const { keys, name, goal, met, ofAll } of goals) {
    const below = keys.map((key) => `${key}.`).join("");
    const alike = [...figures.values()].filter(
      (one) => one.name.startsWith(below) && `.${one.name}`.endsWith(`.${name}`),
    );
    const exact = figures.get(below + name);
    const its = ofAll && alike.length > 0 ? alike : [exact ?? alike[0] ?? { name: below + name }];
    for (const one of its) figures.set(one.name, { ...one, goal, ...(met !== undefined && { met }) });
  }
  return [...figures.values()];
}

/** A bench says for each goal whether it is met, or for all of them at once, beside or among them. */
function goalsIn(named: Record<string, unknown>, beside: Record<string, unknown>, keys: readonly string[]): Goal[] {
  const met = named.met ?? beside.met;
  return Object.entries(named).flatMap(([name, goal]): Goal[] => {
    const verdict = typeof met === "boolean" ? met : recordOf(met)[name];
    if (typeof goal !== "number") return [];
    return [{ keys, name, goal, ofAll: false, ...(typeof verdict === "boolean" && { met: verdict }) }];
  });
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
  const noVerdict = figures.some(({ goal }) => goal !== undefined)
    ? "The bench does not say whether its goals are met; each stands beside its figure below."
    : "This bench names none.";
  const body = html`<h1>Bench ${name}</h1>
${pageControls}
<p class="soft">${[processor, `${String(threads ?? "?")} threads`, device].filter(Boolean).map(String).join(", ")}. ${Object.entries(
    recordOf(versions),
  )
    .map(([program, version]) => `${program} ${String(version)}`)
    .join(", ")}</p>
<h2>Goals</h2>
${verdicts.length > 0 ? html`<ul>${verdicts.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p>${noVerdict}</p>`}
${compared.length > 0 ? html`<h2>Beside the baseline and the goal</h2>` : nothing}
${scales(compared).map((its, i) =>
  rowChart({
    id: `compared${i}`,
    title: `${unitOf(its[0]) === "" ? "Figures" : `Figures in ${unitOf(its[0])}`} up to ${told(largestOf(its[0]))}`,
    counted:
      "as the bench reports them; ours, then its peer or baseline and its goal, where it has them. A goal may be the most or the least: the list above says whether it is met.",
    rows: its.flatMap(barsOf),
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

/** Figures that one scale can show: of one unit, and not too different in size; the largest first. */
function scales(figures: readonly Figure[]): Figure[][] {
  const groups: Figure[][] = [];
  const sorted = figures.toSorted((a, b) => unitOf(a).localeCompare(unitOf(b)) || largestOf(b) - largestOf(a));
  for (const figure of sorted) {
    const last = groups.at(-1);
    const fits = last && unitOf(last[0]) === unitOf(figure) && largestOf(figure) * MOST_RATIO >= largestOf(last[0]);
    if (fits) last.push(figure);
    else groups.push([figure]);
  }
  return groups;
}

/** A bar that is this many times shorter than another cannot be seen beside it. */
const MOST_RATIO = 20;

const largestOf = ({ own = 0, baseline = 0, goal = 0 }: Figure): number =>
  Math.max(...[own, baseline, goal].map(Math.abs));

function barsOf({ name, own, baseline, goal }: Figure) {
  const bars = [
    [name, own],
    [own === undefined ? `${name}: baseline` : "its baseline", baseline],
    [own === undefined && baseline === undefined ? `${name}: goal` : "its goal", goal],
  ] as const;
  return bars.flatMap(([label, value]) => (value === undefined ? [] : [{ name: label, value }]));
}

const unitOf = ({ name }: Figure): string => UNITS.exec(name)?.[1] ?? "";

const told = (value: number | undefined): string => (value === undefined ? "–" : shortNumber(value));

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
