// Logistic regression by Newton's method, for a dozen features. Labels may lie between 0 and 1. Pure.

export interface LogisticModel {
  weights: number[];
  bias: number;
}

/** @param x rows of features; @param y labels 0..1; @param rowWeights how much each row counts; @param ridge penalty of squared weights */
export function fitLogistic(
  x: readonly (readonly number[])[],
  y: readonly number[],
  rowWeights: readonly number[],
  ridge: number,
  steps: number = 20,
): LogisticModel {
  const features = x[0].length;
  const size = features + 1; // the bias last
  const w = new Float64Array(size);
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  for (let step = 0; step < steps; step++) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, () => new Float64Array(size));
    for (let row = 0; row < x.length; row++) {
      const values = [...x[row], 1];
      const p = sigmoid(values.reduce((sum, value, i) => sum + w[i] * value, 0));
      const error = (rowWeights[row] * (p - y[row])) / total;
      const curvature = (rowWeights[row] * p * (1 - p)) / total;
      for (let i = 0; i < size; i++) {
        if (values[i] === 0) continue;
        gradient[i] += error * values[i];
        for (let j = 0; j < size; j++) hessian[i][j] += curvature * values[i] * values[j];
      }
    }
    for (let i = 0; i < features; i++) {
      gradient[i] += ridge * w[i];
      hessian[i][i] += ridge;
    }
    const change = solve(hessian, gradient);
    for (let i = 0; i < size; i++) w[i] -= change[i];
  }
  return { weights: [...w.subarray(0, features)], bias: w[features] };
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** Gauss and Jordan, with pivots. A feature that no row has gets 0 through the ridge. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let r = i + 1; r < size; r++) if (Math.abs(rows[r][i]) > Math.abs(rows[pivot][i])) pivot = r;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let r = 0; r < size; r++) {
      if (r === i) continue;
      const factor = rows[r][i] / rows[i][i];
      for (let c = i; c <= size; c++) rows[r][c] -= factor * rows[i][c];
    }
  }
  return Float64Array.from(rows, (row, i) => row[size] / row[i]);
}
