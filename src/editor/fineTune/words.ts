// Formats numbers for the texts about fine-tuning and adapters. Pure; must not import `vscode`.

export const count = (value: number): string => Math.round(value).toLocaleString("en");

/** In tokens' size: 402,000, not 402,137. */
export const about = (value: number): string => count(Number(value.toPrecision(3)));

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e5) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

export function minutes(value: number): string {
  if (value < 1) return "less than a minute";
  if (value < 99) return some(Math.round(value), "minute");
  return `${(value / 60).toFixed(1)} hours`;
}

/** Of a share, in points: 0.075 is "+7.5". */
export function signed(share: number): string {
  const value = (share * 100).toFixed(1);
  return value.startsWith("-") ? `−${value.slice(1)}` : `+${value}`;
}

export const points = (share: number): string => `${signed(share)} points`;

export const day = (epochMs: number): string =>
  new Date(epochMs).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "1 file", "2,000 files". */
export const some = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
