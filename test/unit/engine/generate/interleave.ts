// Lets several tasks take turns at one decoder, as a scheduler would: between two turns of one, all others that wait have theirs.

/** @param pick which of those that wait goes next; default: who has waited longest */
export function interleave<T>(
  tasks: readonly ((turn: () => Promise<void>) => Promise<T>)[],
  pick: (waiting: number) => number = () => 0,
): Promise<T[]> {
  const waiting: { task: number; go: () => void }[] = [];
  let holder: number | undefined;
  const next = () => {
    if (holder !== undefined || waiting.length === 0) return;
    const [{ task, go }] = waiting.splice(pick(waiting.length), 1);
    holder = task;
    go();
  };
  const leave = (task: number) => {
    if (holder === task) holder = undefined;
    next();
  };
  return Promise.all(
    tasks.map(async (task, index) => {
      await new Promise(setImmediate); // all have come before the first turn is given
      const turn = () =>
        new Promise<void>((go) => {
          waiting.push({ task: index, go });
          leave(index);
        });
      try {
        return await task(turn);
      } finally {
        leave(index);
      }
    }),
  );
}
