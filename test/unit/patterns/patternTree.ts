// Reads a regular expression that JavaScript accepts into a tree: what follows what, what repeats, what stands for one character.
// Only as deep as hostile inputs need it. Not a test.

/** One of these, each in its order. */
export type Choice = readonly Sequence[];
export type Sequence = readonly Item[];

export interface Item {
  /** What stands here: the pattern of one character, a group, or what takes up no character. */
  node: { one: string } | { group: Choice } | { look: Choice } | "nothing";
  min: number;
  max: number;
}

const quantifier = /(?:([*+?])|\{(\d+)(,(\d*))?\})\??/y;
const groupStart = /\((?:\?(?:(<?[=!])|<[^>]+>|[a-z-]*:))?/y;
/** A class, an escape or a plain character. */
const one =
  /\[(?:\\.|[^\]\\])*\]|\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|[pP]\{[^}]+\}|k<[^>]+>|c[a-z]|.)|[^\\]/isuy;

export function treeOf(source: string): Choice {
  let at = 0;

  function take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const match = pattern.exec(source) ?? undefined;
    if (match) at = pattern.lastIndex;
    return match;
  }

  function choice(): Choice {
    const sequences = [sequence()];
    while (source[at] === "|") {
      at++;
      sequences.push(sequence());
    }
    return sequences;
  }

  function sequence(): Sequence {
    const items: Item[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") {
      const node = nodeHere();
      const [count, sign, least, range, most] = take(quantifier) ?? [];
      const min = sign !== undefined ? (sign === "+" ? 1 : 0) : least !== undefined ? Number(least) : 1;
      const max =
        sign === "?"
          ? 1
          : sign !== undefined || (range && most === "")
            ? Infinity
            : Number(most ?? (count ? least : 1));
      items.push({ node, min, max });
    }
    return items;
  }

  function nodeHere(): Item["node"] {
    if (source[at] === "(") {
      const isLook = take(groupStart)![1] !== undefined;
      const inner = choice();
      at++; // the bracket
      return isLook ? { look: inner } : { group: inner };
    }
    const text = take(one)![0];
    return /^(?:[$^]|\\[bB]|\\[1-9]|\\k)/.test(text) ? "nothing" : { one: text };
  }

  const tree = choice();
  if (at < source.length) throw new Error(`not read to its end: ${source} at ${at}`);
  return tree;
}
