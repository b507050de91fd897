// The loss over the steps of each tried learning rate, as a line chart. Pure.

import { lineChart } from "../../pages/charts/lineChart.ts";
import { type Html, nothing } from "../../pages/html.ts";

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

/** Empty where there is no curve to draw. */
export function lossChart(curves: readonly LossCurve[]): Html {
  const parts = curves.map((curve, series) => {
    const { rate, chosen, points } = curve;
    const line = (lossOf: (point: LossPoint) => number | undefined) =>
      points.flatMap((point) => {
        const loss = lossOf(point);
        return loss === undefined || !Number.isFinite(loss) ? [] : [[point.step, loss] as const];
      });
    const heldOut = line(({ heldOutLoss }) => heldOutLoss);
    const best =
      heldOut.length > 0 ? `held-out ${Math.min(...heldOut.map(([, loss]) => loss)).toFixed(3)}` : "not evaluated";
    const name = rate.toPrecision(2);
    const lines = [
      { name: `${name}, learnt code`, points: line(({ loss }) => loss), weight: "thin" as const, series },
      { name: `${name}, held-out files`, points: heldOut, weight: chosen ? ("strong" as const) : undefined, series },
    ];
    return { lines, legend: `${name}: ${best}${chosen ? ", chosen" : ""}` };
  });
  const lines = parts.flatMap((part) => part.lines);
  if (lines.every(({ points }) => points.length === 0)) return nothing;
  return lineChart({
    id: "loss",
    title: "Loss over the training's steps",
    counted:
      "in nats a token for each learning rate that was tried: faint over the code that was learnt, plain over files that were held out, strong for the rate that was chosen, which is the one with the lowest held-out loss.",
    xName: "step",
    lines,
    legend: parts.map(({ legend }) => legend),
    format: (loss) => loss.toFixed(3),
  });
}
