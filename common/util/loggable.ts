// An error as a line of a log, which must never hold a person's code. Owns no log.

const MOST_UNITS = 300; // of a message

/**
 * The error's message; for a bug with its stack. Whatever follows a quotation mark is left out, because it may be source text: V8 quotes what it
 * could not parse, and a server what it was sent.
 */
export function loggable(error: unknown): string {
  if (!(error instanceof Error)) return withoutQuoted(String(error));
  const message = withoutQuoted(error.message);
  if (error.name === "UserError") return message;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^ {4}at \S/.test(line));
  return [`${error.name}: ${message}`, ...frames].join("\n");
}

/** The first line, cut at `MOST_UNITS` and before the first quotation mark: nothing tells which of several marks ends what is quoted. */
function withoutQuoted(message: string): string {
  const [whole = ""] = message.split(/[\r\n]/, 1);
  const quoteAt = whole.search(/["`]|(?<!\w)'/); // an apostrophe within a word is no quotation mark
  const end = Math.min(quoteAt < 0 ? whole.length : quoteAt, MOST_UNITS);
  return end < whole.length ? `${whole.slice(0, end)}…` : whole;
}
