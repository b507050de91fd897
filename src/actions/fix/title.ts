// A fix in words: what it changes, and why. Pure.

/** The longest part of a title, in UTF-16 units. */
const MOST_UNITS = 60;

/** "`sise` → `size`, the only member like it"; what is only added or removed is said so. */
export function titleOf(was: string, is: string, why: string): string {
  const [before, after] = [shown(was), shown(is)];
  const change =
    before === "" ? `add \`${after}\`` : after === "" ? `remove \`${before}\`` : `\`${before}\` → \`${after}\``;
  return `${change}, ${why}`;
}

function shown(code: string): string {
  const line = code.trim().replace(/\s+/g, " ");
  return line.length > MOST_UNITS ? `${line.slice(0, MOST_UNITS - 1)}…` : line;
}
