// Fits the weights of the mixture of model and repository memory: the least mean surprise at the tokens that were really written. Gradient descent
// with adaptive steps (Adam) on numerical gradients: fourteen weights need no more. Pure.

import type { MatchCounts } from "../../server/engine/memory/matchCounts.ts";
import { lambdaOf, MIXING_ORDER, type MixtureWeights, type ModelDoubt } from "../../server/engine/memory/mixture.ts";

/** What both said of a token that was written. Cells as in `MatchCounts`; those without a count are left out. */
export interface RecordedToken {
  logProb: number; // of the token, by the model
  doubt: ModelDoubt;
  cells: [cell: number, total: number, distinct: number, count: number][]; // count: of the token; in the order of mixing
}

export function recordedToken(logProb: number, doubt: ModelDoubt, counts: MatchCounts, token: number): RecordedToken {
  const { total, distinct, byToken } = counts;
  const own = byToken.get(token);
  const cells: RecordedToken["cells"] = [];
  for (const cell of MIXING_ORDER)
    if (total[cell] > 0) cells.push([cell, total[cell], distinct[cell], own?.[cell] ?? 0]);
  return { logProb, doubt, cells };
}

/** The probability of the token that was written, in the mixture. */
export function probabilityOf({ logProb, doubt, cells }: RecordedToken, weights: MixtureWeights): number {
  let mixed = Math.exp(logProb);
  for (const [cell, total, distinct, count] of cells) {
    const lambda = lambdaOf(cell, total, distinct, doubt, weights);
    mixed = (lambda * count) / total + (1 - lambda) * mixed;
  }
  return mixed;
}

/** Mean surprise, in nats a token. */
export function surprise(tokens: readonly RecordedToken[], weights: MixtureWeights): number {
  return tokens.reduce((sum, token) => sum - Math.log(probabilityOf(token, weights) + 1e-12), 0) / tokens.length;
}

/** The weights as a row of numbers. Powers are kept between 0 and 1 by a sigmoid. */
const toRow = ({ sources, entropy, certainty }: MixtureWeights): number[] => [
  ...sources.flatMap(({ bias, length, distinct, power }) => [bias, length, distinct, Math.log(power / (1 - power))]),
  entropy,
  certainty,
];

function fromRow(row: readonly number[]): MixtureWeights {
  const source = (start: number) => {
    const [bias, length, distinct, power] = row.slice(start, start + 4);
    return { bias, length, distinct, power: 1 / (1 + Math.exp(-power)) };
  };
  return { sources: [source(0), source(4), source(8)], entropy: row[12], certainty: row[13] };
}

const STEP = 0.05;
const RIDGE = 0.002; // pulls towards the start, so that a cell that is seldom seen says little

/** @param start also what the weights are pulled to */
export function fitMixture(tokens: readonly RecordedToken[], start: MixtureWeights, steps = 150): MixtureWeights {
  const seen = tokens.filter(({ cells }) => cells.length > 0);
  const prior = toRow(start);
  const row = [...prior];
  const loss = (values: readonly number[]) =>
    surprise(seen, fromRow(values)) + (RIDGE * sum(values.map((value, i) => (value - prior[i]) ** 2))) / values.length;
  const mean = row.map(() => 0);
  const square = row.map(() => 0);
  for (let step = 1; step <= steps; step++) {
    const gradient = row.map((_, i) => {
      const [up, down] = [1e-3, -1e-3].map((change) => loss(row.with(i, row[i] + change)));
      return (up - down) / 2e-3;
    });
    const rate = STEP * Math.min(1, (2 * (steps - step + 1)) / steps);
    for (let i = 0; i < row.length; i++) {
      mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
      square[i] = 0.99 * square[i] + 0.01 * gradient[i] ** 2;
      row[i] -= (rate * (mean[i] / (1 - 0.9 ** step))) / (Math.sqrt(square[i] / (1 - 0.99 ** step)) + 1e-9);
    }
  }
  return fromRow(row);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
