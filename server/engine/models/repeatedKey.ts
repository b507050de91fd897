// Finds a duplicate key in an object of a JSON text. JSON.parse silently takes the last value, other readers the first. Knows no format of ours.

/**
 * The first key that occurs twice in the same object, at any depth and however it is escaped; undefined where there is none.
 * @param json a text that JSON.parse has accepted
 */
export function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // keys of the enclosing objects; undefined for a list
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = at;
      at = closingQuote(json, start);
      const keys = open.at(-1);
      if (!keys || !isKey(json, at + 1)) continue;
      const key: string = JSON.parse(json.slice(start, at + 1));
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** The index of the quote that closes the string which begins with the quote at `start`. */
function closingQuote(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}

/** Whether a colon follows, after white space. */
function isKey(json: string, at: number): boolean {
  while (" \t\n\r".includes(json[at])) at++;
  return json[at] === ":";
}
