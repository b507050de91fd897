// What came of a stage of the tests, read from its closing lines, and how it is told. Nothing that did not run goes without a word.

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** @param output of `node --test` with its spec reporter, or of a runner of ours, which ends with what `countsInWords` says */
export function countsIn(output: string, exitStatus: number): Counts {
  const last = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const passed = last(/^ℹ pass (\d+)$/gm) + last(/^(\d+) passed, \d+ failed(?:, \d+ skipped)?$/gm);
  const failed =
    last(/^ℹ fail (\d+)$/gm) + last(/^ℹ cancelled (\d+)$/gm) + last(/^\d+ passed, (\d+) failed(?:, \d+ skipped)?$/gm);
  const skipped =
    last(/^ℹ skipped (\d+)$/gm) + last(/^ℹ todo (\d+)$/gm) + last(/^\d+ passed, \d+ failed, (\d+) skipped$/gm);
  const isBroken = exitStatus !== 0 || passed === 0; // a crash, or a stage that ran nothing
  return { passed, failed: isBroken ? Math.max(failed, 1) : failed, skipped };
}

export const sumOf = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((sum, { passed }) => sum + passed, 0),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
});

export const countsInWords = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
