// What each part of the reliability bench comes to, in one form, and how it is told. Measures nothing.

export interface PartResult {
  part: string;
  attempts: number;
  failures: string[]; // a sentence each; none is hoped for
  lost: string[]; // what was there and is not any more
  worstMs: number;
  memory: Readonly<Record<string, number>>; // megabytes, by what they are of
  details: Readonly<Record<string, unknown>>;
  skipped: string[]; // what could not be done here, with the reason
}

const MOST_TOLD = 20;

/** For a person, on stderr. */
export function tell({ part, attempts, failures, lost, worstMs, memory, details, skipped }: PartResult): void {
  console.error(
    `── ${part}: ${attempts} attempts, ${failures.length} failures, ${lost.length} lost, worst ${Math.round(worstMs)} ms`,
  );
  console.error(`   memory ${JSON.stringify(memory)}\n   ${JSON.stringify(details)}`);
  for (const line of skipped) console.error(`   not done: ${line}`);
  for (const line of [...failures, ...lost].slice(0, MOST_TOLD)) console.error(`   FAILED ${line}`);
}

/** For the JSON line: lists are counted, and their first entries stay. */
export const briefly = ({ failures, lost, ...rest }: PartResult) => ({
  ...rest,
  failures: failures.length,
  lost: lost.length,
  firstFailures: [...failures, ...lost].slice(0, MOST_TOLD),
});

export const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;

/** The slope of the line through points by least squares; 0 where there are too few. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) return 0;
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const squares = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return squares === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
}
