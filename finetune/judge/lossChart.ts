// The loss over the steps of each tried learning rate, as an SVG chart in the page's colours. Pure.

import { type Html, html, nothing } from "./html.ts";

/** The loss curve of one learning rate. */
export interface LossCurve {
  rate: number;
  chosen: boolean;
  points: readonly LossPoint[]; // by step
}

export interface LossPoint {
  step: number;
  loss?: number; // of the step's sequences, nats per token
  heldOutLoss?: number;
}

type Place = readonly [x: number, y: number];

const WIDTH = 900;
const HEIGHT = 320;
const FRAME = { left: 52, right: 16, top: 14, bottom: 38 };
const TICKS = 5;

/** Empty where there is no curve to draw. */
export function lossChart(curves: readonly LossCurve[]): Html {
  const drawn = curves.map((curve) => ({ ...curve, ...linesOf(curve) }));
  const places = drawn.flatMap(({ training, heldOut }) => [...training, ...heldOut]);
  if (places.length === 0) return nothing;
  const x = axis([0, ...places.map(([step]) => step)], FRAME.left, WIDTH - FRAME.right);
  const y = axis(
    places.map(([, loss]) => loss),
    HEIGHT - FRAME.bottom,
    FRAME.top,
  );
  const path = (line: readonly Place[]) =>
    line.map(([step, loss], i) => `${i === 0 ? "M" : "L"}${x.at(step)} ${y.at(loss)}`).join("");
  const ordered = drawn
    .map((curve, index) => ({ ...curve, index }))
    .sort((a, b) => Number(a.chosen) - Number(b.chosen));
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Loss over the training's steps">
${y.ticks.map((loss) => html`<line class="grid" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${y.at(loss)}" y2="${y.at(loss)}"/><text class="tick" x="${FRAME.left - 8}" y="${y.at(loss) + 4}" text-anchor="end">${y.label(loss)}</text>`)}
${x.ticks.map((step) => html`<text class="tick" x="${x.at(step)}" y="${HEIGHT - FRAME.bottom + 18}" text-anchor="middle">${x.label(step)}</text>`)}
<text class="tick" x="${(FRAME.left + WIDTH - FRAME.right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">step</text>
${ordered.map(
  ({ training, heldOut, index, chosen }) =>
    html`<g class="curve rate${index % 5}${chosen ? " chosen" : ""}"><path class="training" d="${path(training)}"/><path class="heldOut" d="${path(heldOut)}"/>${heldOut.map(([step, loss]) => html`<circle cx="${x.at(step)}" cy="${y.at(loss)}" r="${chosen ? 3 : 2}"/>`)}</g>`,
)}
</svg>`;
}

/** A line for each rate: its colour, and its best held-out loss. */
export function chartLegend(curves: readonly LossCurve[]): Html {
  const items = curves.map((curve, index) => {
    const losses = linesOf(curve).heldOut.map(([, loss]) => loss);
    const best = losses.length > 0 ? `held-out ${Math.min(...losses).toFixed(3)}` : "not evaluated";
    return html`<li class="rate${index % 5}${curve.chosen ? " chosen" : ""}"><i></i>${curve.rate.toPrecision(2)}<small>${best}${curve.chosen ? ", chosen" : ""}</small></li>`;
  });
  return html`<ul class="legend">${items}</ul>`;
}

function linesOf({ points }: LossCurve): { training: Place[]; heldOut: Place[] } {
  const line = (lossOf: (point: LossPoint) => number | undefined) =>
    points.flatMap((point): Place[] => {
      const loss = lossOf(point);
      return loss === undefined || !Number.isFinite(loss) ? [] : [[point.step, loss]];
    });
  return { training: line(({ loss }) => loss), heldOut: line(({ heldOutLoss }) => heldOutLoss) };
}

/** Maps values to coordinates between `from` and `to`, with a few round numbers as labels. */
function axis(values: readonly number[], from: number, to: number) {
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  const range = high - low || 1;
  const step = roundStep(range / TICKS);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step); tick * step <= high + step / 1e6; tick++) ticks.push(tick * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return {
    at: (value: number) => Number((from + ((value - low) / range) * (to - from)).toFixed(1)),
    ticks,
    label: (value: number) => value.toFixed(digits),
  };
}

/** The smallest 1, 2 or 5 times a power of ten that is at least `size`. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= size * (1 - 1e-9))!;
}
