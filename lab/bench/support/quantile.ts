// The one statistic of the benches, so that all of them mean the same by p50 and p95.

/** The value at `fraction` of the sorted values (nearest rank), to a tenth. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] * 10) / 10;
}
