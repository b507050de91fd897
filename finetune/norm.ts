// How two texts are compared: line endings, trailing white space and surrounding blank space do not count. Pure.

/** `text` in the compared form: no carriage returns, no white space at line ends, none around the whole. */
export const norm = (text: string): string =>
  text
    .replaceAll("\r", "")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();

export const isExactMatch = (text: string, expected: string): boolean => norm(text) === norm(expected);

/** The first line of the compared form, without white space around it. */
export const firstLine = (text: string): string => norm(text).split("\n", 1)[0].trim();

/** The first `count` lines of `text`. */
export const firstLines = (text: string, count: number): string => text.split("\n").slice(0, count).join("\n");
