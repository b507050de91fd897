// Work that is cut into parts, as a generator that yields between them: done at once, or in slices that let others run between. Knows no work.

/** How long a slice of work takes where its caller says nothing, in milliseconds, and the part more that was begun in it. */
const SLICE_MS = 8;

export function atOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * Does the first slice now, and waits between slices.
 * @param goesOn asked after each wait
 * @returns undefined where the work did not go on to its end
 */
export async function inSlices<Result>(
  work: Generator<void, Result>,
  goesOn: () => boolean = () => true,
  sliceMs: number = SLICE_MS,
): Promise<Result | undefined> {
  for (let endMs = performance.now() + sliceMs; ; ) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() < endMs) continue;
    await new Promise(setImmediate);
    if (!goesOn()) return undefined;
    endMs = performance.now() + sliceMs;
  }
}
