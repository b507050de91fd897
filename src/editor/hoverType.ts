// The type of a name, in the text that the editor shows where the pointer rests on it. Pure.

const MAX_TYPE_UNITS = 400;

/** The type in what a hover shows: its first block of code. Undefined where it has none. */
export function typeInHover(contents: readonly string[]): string | undefined {
  for (const content of contents) {
    const type = /^```[\w+#-]{0,40}\n([\s\S]*?)\n?```/m
      .exec(content)?.[1]
      ?.replace(/\nimport [^\n]*$/, "") // of a name that is imported
      .replace(/\s{1,1000}/g, " ")
      .trim();
    if (type) return type.length > MAX_TYPE_UNITS ? `${type.slice(0, MAX_TYPE_UNITS)} …` : type;
  }
  return undefined;
}
