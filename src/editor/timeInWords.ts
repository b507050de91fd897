// How long something has taken and will take, in the words of a progress. Pure; must not import `vscode`.

/** Before this, nothing is said: the eye has not yet read the title. */
const QUIET_MS = 2_000;

/** A share below this says too little of what is left. */
const TELLING_SHARE = 0.1;

/**
 * "12 s", "12 s, about 40 s left"; "" at the beginning.
 * @param share that is done, from 0 to 1; 0 where that is not known
 */
export function timeInWords(elapsedMs: number, share: number): string {
  if (elapsedMs < QUIET_MS) return "";
  const elapsed = inUnits(elapsedMs);
  if (share < TELLING_SHARE || share >= 1) return elapsed;
  return `${elapsed}, about ${inUnits((elapsedMs / share) * (1 - share))} left`;
}

function inUnits(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
