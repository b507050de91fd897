// The days on which a workspace's adapter rests while it is compared with the model alone: every second one, whatever else is different that week.

const DAY_MS = 86_400_000;

/** Whether the adapter rests on a day ("2026-01-31"). Days are names here, so that no time zone moves them. */
export const restsOn = (day: string): boolean => Math.abs(Math.round(Date.parse(day) / DAY_MS)) % 2 === 1;
