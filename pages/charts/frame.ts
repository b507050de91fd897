// The frame of a chart: its margins, its axes with a few round numbers, and coordinates. Pure.

import { type Html, html, nothing } from "../html.ts";

export const WIDTH = 900;
export const HEIGHT = 300;
export const MARGIN = { left: 60, right: 16, top: 14, bottom: 40 };

/** What an axis needs of a scale. */
interface Scale {
  (value: number): number;
  ticks(count?: number): number[];
  tickFormat(count?: number): (value: number) => string;
}

const TICKS = 5;
const MILLION = 1_000_000; // from here on the whole number would not fit beside the axis
const MOST_LABELS = 12;

/** A coordinate to a tenth: finer is not seen. */
export const at = (coordinate: number): number => Number(coordinate.toFixed(1));

/** The numbers up the left side with a line each across the picture. */
export function leftAxis(scale: Scale, format?: (value: number) => string): Html {
  const exact = format ?? scale.tickFormat(TICKS);
  const label = (tick: number) =>
    Math.abs(tick) < MILLION ? exact(tick) : tick.toLocaleString("en", { notation: "compact" });
  return html`${scale.ticks(TICKS).map((tick) => {
    const y = at(scale(tick));
    return html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}"/><text class="tick" x="${MARGIN.left - 8}" y="${at(y + 4)}" text-anchor="end">${label(tick)}</text>`;
  })}`;
}

/** Labels under the picture; of many, every second, third, … one. */
export function bottomLabels(labels: readonly { text: string; x: number }[], name = ""): Html {
  const every = Math.ceil(labels.length / MOST_LABELS);
  const shown = labels.filter((_, i) => i % every === 0);
  return html`${shown.map(({ text, x }) => html`<text class="tick" x="${at(x)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${text}</text>`)}${
    name === ""
      ? nothing
      : html`<text class="tick" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${name}</text>`
  }`;
}

/** Numbers that differ by less than this share of their size (of 1, for small ones) are one on an axis: no tick would stand between them. */
const RESOLVED = 1e-12;

/** The least and the largest finite number, with room about them where they are one; [0, 1] where there is none. */
export function rangeOf(values: readonly number[]): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const size = Math.max(1, Math.abs(low), Math.abs(high));
  return high - low > RESOLVED * size ? [low, high] : [low - 0.5 * size, high + 0.5 * size];
}

/** The end of a long path tells it apart, and the beginning of other names. @param longest in UTF-16 units */
export function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  return name.includes("/") ? `…${name.slice(1 - longest)}` : `${name.slice(0, longest - 1).trimEnd()}…`;
}

/** A number as charts and their tables show it by default. */
export const shortNumber = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(3)));
