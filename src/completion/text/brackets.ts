// Keeps brackets and quotes from being doubled: the editor closes them automatically, and the model closes them too.
// Pure; reads brackets outside of strings, without a tree.

/** What closes each bracket. */
export const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export interface Brackets {
  open: string[]; // opened in the text and not closed in it, outermost first
  unmatched: number[]; // offsets of closers whose opener is before the text, the given quote included
  quote: string | undefined; // of the string that the text ends in
}

/** @param quote the quote of the string that the text begins in, where it begins in one */
export function bracketsOf(text: string, quote?: string): Brackets {
  const open: string[] = [];
  const unmatched: number[] = [];
  let inside = quote;
  let outer = quote !== undefined; // the quote before the text is still to be closed
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (inside !== undefined) {
      if (char === "\\") i++;
      else if (char === inside) {
        if (outer) unmatched.push(i);
        inside = undefined;
        outer = false;
      } else if (char === "\n" && inside !== "`") inside = undefined; // an apostrophe in a comment opens nothing
    } else if (char === '"' || char === "'" || char === "`") inside = char;
    else if (closerOf[char]) open.push(char);
    else if (char === ")" || char === "]" || char === "}") {
      if (open.length > 0 && closerOf[open.at(-1)!] === char) open.pop();
      else unmatched.push(i);
    }
  }
  return { open, unmatched, quote: inside };
}

/**
 * Keeps text within the cursor's string where that string ends further on in the line.
 * @param line the current line before the cursor
 * @param rest the current line after the cursor
 */
export function endAtQuote(text: string, line: string, rest: string): string {
  const { quote } = bracketsOf(line);
  if (quote === undefined || !rest.includes(quote) || rest.trimStart().startsWith(quote)) return text;
  const closing = bracketsOf(text, quote).unmatched.find((at) => text[at] === quote);
  return closing === undefined ? text : text.slice(0, closing);
}

/**
 * Fits text to what follows the cursor on its line.
 * @param line the current line before the cursor
 * @param rest the current line after the cursor
 * @returns the text, and how many units after the cursor it replaces; undefined where the rest of the line would land inside a bracket of the text
 */
export function fitBrackets(
  text: string,
  line: string,
  rest: string,
): { text: string; replaceAfter: number } | undefined {
  if (rest.trim() === "") return { text, replaceAfter: 0 };
  const { unmatched } = bracketsOf(text, bracketsOf(line).quote);
  if (unmatched.length === 0) {
    const opened = bracketsOf(line + text + rest).open.length > bracketsOf(line + rest).open.length;
    return opened && !text.includes("\n") ? undefined : { text, replaceAfter: 0 };
  }
  const tail = text.slice(unmatched[0]!);
  if (rest.startsWith(tail)) return { text: text.slice(0, unmatched[0]!), replaceAfter: 0 };
  let replaceAfter = 0;
  for (const at of unmatched) {
    const blank = /^\s*/.exec(rest.slice(replaceAfter))![0].length;
    if (rest[replaceAfter + blank] !== text[at]) break;
    replaceAfter += blank + 1;
  }
  const punctuation = /^\s*[;,]/.exec(rest.slice(replaceAfter))?.[0];
  if (replaceAfter > 0 && punctuation && text.endsWith(punctuation.trim())) replaceAfter += punctuation.length;
  return { text, replaceAfter };
}
