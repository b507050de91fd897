// Waits for work until a signal fires. Does not know what the work is.

/** The value, or undefined when `late` fires first. */
export async function inTime<T>(work: Promise<T>, late: AbortSignal): Promise<T | undefined> {
  if (late.aborted) return undefined;
  let giveUp = () => {};
  const given = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
    late.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    late.removeEventListener("abort", giveUp);
    work.catch(() => {}); // too late to matter
  }
}
