// Keeps brackets and quotes from being doubled: editors close them by themselves, and the model closes them too.
// Pure; reads brackets outside of strings, without a tree.

const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export interface Brackets {
  open: string[]; // opened in the text and not closed in it, outermost first
  unmatched: number[]; // offsets of closers whose opener is before the text
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
      } else if (char === "\n" && inside !== "`") inside = undefined; // no string goes over the end of a line: an apostrophe in a comment
    } else if (char === '"' || char === "'" || char === "`") inside = char;
    else if (closerOf[char]) open.push(char);
    else if (char === ")" || char === "]" || char === "}") {
      if (open.length > 0 && closerOf[open.at(-1)!] === char) open.pop();
      else unmatched.push(i);
    }
  }
  return { open, unmatched };
}

/**
 * Fits text to what follows the cursor on its line.
 * @param rest the line after the cursor
 * @param quote the quote of the string that the cursor is in, where it is in one
 * @returns the text, and how many units after the cursor it replaces; undefined where the brackets cannot fit
 */
export function fitBrackets(
  text: string,
  rest: string,
  quote?: string,
): { text: string; replaceAfter: number } | undefined {
  if (rest.trim() === "") return { text, replaceAfter: 0 };
  const { open, unmatched } = bracketsOf(text, quote);
  if (open.length > 0 && !text.includes("\n")) return undefined; // what follows would land inside them
  if (unmatched.length === 0) return { text, replaceAfter: 0 };

  const tail = text.slice(unmatched[0]!);
  if (rest.startsWith(tail)) return { text: text.slice(0, unmatched[0]!), replaceAfter: 0 };
  let replaceAfter = 0;
  for (const at of unmatched) {
    const skipped = /^\s*/.exec(rest.slice(replaceAfter))![0].length;
    if (rest[replaceAfter + skipped] !== text[at]) break;
    replaceAfter += skipped + 1;
  }
  const punctuation = /^\s*[;,]/.exec(rest.slice(replaceAfter))?.[0];
  if (replaceAfter > 0 && punctuation !== undefined && text.endsWith(punctuation.trim()))
    replaceAfter += punctuation.length;
  return { text, replaceAfter };
}
