// Reads string literals as they stand in a dozen languages: prefixes, calls around them, escapes, doubled quotes, halves that are put together.
// Looks a bounded way ahead, so that whoever calls it at each name stays linear.

export interface Span {
  start: number;
  end: number;
}

/** A string, whole or in parts that the program puts together. */
export interface Literal {
  parts: readonly Span[]; // quotes left out
  end: number; // after the last quote
}

/** What may stand before a string: a call or a type, `default=`, a letter. */
const opening =
  /(?:(?:new |await |&|\[\])?[\w$.:<>]{1,40}!?\(\s{0,20}){0,2}(?:(?:default|fallback|value)\s?[=:]\s?)?(?:N|[fbruLR@$]{1,2})?(\\{0,3}(?:"""|'''|["'`])|\[\[)/y;
/** What puts two strings together; nothing does in Python, C and shells. */
const joint = /\s{0,40}(?:\+|\.{1,2}|<>|&|\|\||\\(?=\r?\n))?\s{0,80}(?=[fbruN@$]{0,2}\\?["'`])/y;

const MAX_UNITS = 4_096;
const MAX_PARTS = 40;

/** @returns undefined where no string begins at `at`, or it does not end in its line or soon after */
export function literalAt(text: string, at: number): Literal | undefined {
  const parts: Span[] = [];
  let end = at;
  for (
    let from: number | undefined = at;
    from !== undefined && parts.length < MAX_PARTS;
    from = afterJoint(text, end)
  ) {
    const part = stringAt(text, from);
    if (!part) break;
    parts.push(part);
    end = part.end + part.quote.length;
  }
  return parts.length > 0 ? { parts, end } : undefined;
}

function afterJoint(text: string, end: number): number | undefined {
  joint.lastIndex = end;
  return joint.test(text) ? joint.lastIndex : undefined;
}

function stringAt(text: string, at: number): (Span & { quote: string }) | undefined {
  opening.lastIndex = at;
  const mark = opening.exec(text)?.[1];
  if (mark === undefined) return undefined;
  const start = opening.lastIndex;
  const quote = mark === "[[" ? "]]" : mark;
  const end = endOfString(text, start, quote);
  return end === undefined ? undefined : { start, end, quote };
}

function endOfString(text: string, start: number, quote: string): number | undefined {
  const limit = Math.min(text.length, start + MAX_UNITS);
  if (quote.length > 1 && !quote.startsWith("\\")) {
    const end = text.slice(start, limit).indexOf(quote);
    return end === -1 ? undefined : start + end;
  }
  const isEscaped = quote.startsWith("\\");
  for (let at = start; at < limit; at++) {
    if (text.startsWith(quote, at)) {
      if (!isDoubled(text, start, at, quote)) return at;
      at++;
    } else if (text[at] === "\n" || text[at] === "\r") return undefined;
    else if (text[at] === "\\" && !isEscaped) at++;
  }
  return undefined;
}

/** SQL and C# write a quote within a string twice; elsewhere two in a row end one string and begin the next. */
function isDoubled(text: string, start: number, at: number, quote: string): boolean {
  return at > start && quote.length === 1 && text[at + 1] === quote && /[^\s,;:)\]}]/.test(text[at + 2] ?? " ");
}
