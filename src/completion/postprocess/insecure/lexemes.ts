// Splits a piece of code into names, numbers, strings and marks, without comments: enough to see how strings are composed.
// Works on broken text and in any language; knows strings with substitutions. Pure, one pass.

export interface Span {
  start: number;
  end: number;
}

export interface Lexeme extends Span {
  kind: "name" | "number" | "string" | "mark";
  text: string;
  /** Strings only: what lies between the quotes, and the expressions that are substituted into it. */
  inner?: Span;
  holes?: Span[];
  prefix?: string; // Python's f, r, b, u; C#'s $ and @
}

interface Strings {
  quotes: string;
  lineComment: RegExp;
  triple: boolean;
  regex: boolean; // "/" may begin a regular expression
  /** The opening of a substitution, tried at each unit of a string; its group 1 is a name that is the whole substitution. */
  hole: (prefix: string, quote: string) => RegExp | undefined;
}

const braces = /\$\{/y;
const ecmaScript: Strings = {
  quotes: "\"'`",
  lineComment: /\/\//y,
  triple: false,
  regex: true,
  hole: (_, quote) => (quote === "`" ? braces : undefined),
};
const fBraces = /\{(?!\{)/y;
const python: Strings = {
  quotes: "\"'",
  lineComment: /#/y,
  triple: true,
  regex: false,
  hole: (prefix) => (/f/i.test(prefix) ? fBraces : undefined),
};
/** Substitutions in double quotes or backticks, of Ruby, PHP, Perl, shell, Kotlin, Swift, Scala, Dart, Groovy … */
const anyHole = /#\{|\$\{|\{\$|\\\(|\$([A-Za-z_]\w*)/y;
const csharpHole = /\{(?!\{)/y;
const others: Strings = {
  quotes: "\"'`",
  lineComment: /\/\/|#(?!\{|define|include)|--(?= )/y,
  triple: false,
  regex: false,
  hole: (prefix, quote) => (quote === "'" ? undefined : prefix.includes("$") ? csharpHole : anyHole),
};
const plain: Strings = { ...others, quotes: '"', lineComment: /\/\//y, hole: () => undefined };

const byLanguage: Readonly<Record<string, Strings>> = {
  typescript: ecmaScript,
  typescriptreact: ecmaScript,
  javascript: ecmaScript,
  javascriptreact: ecmaScript,
  python,
  go: { ...plain, quotes: '"`' },
  java: plain,
  rust: plain,
  c: plain,
  cpp: plain,
};

const marks = /===|!==|=>|==|!=|\+=|\+\+|&&|\|\||\?\?|\?\.|::|->|<-|[^\s\w]/y;
const blank = /\s+/y;
const beginsComment = /[/#-]/; // a first look that costs little
const word = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const number = /\d[\w.]*/y;
const pythonPrefix = /^[fFrRbBuU]{1,2}$/;
const operandEnds = /^[)\]}]$/;
const beforeRegex = /^(return|typeof|case|in|of|void|delete|throw|new|else|do)$/;

export function lexemes(text: string, languageId: string): Lexeme[] {
  const strings = byLanguage[languageId] ?? others;
  const joinsByDot = /^(?:php|perl)$/.test(languageId);
  const found: Lexeme[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at]!;
    if (matches(blank, text, at)) {
      at = blank.lastIndex;
      continue;
    }
    if (beginsComment.test(char) && matches(strings.lineComment, text, at)) {
      at = lineEnd(text, at);
      continue;
    }
    if (text.startsWith("/*", at) && strings !== python) {
      const end = text.indexOf("*/", at + 2);
      at = end === -1 ? text.length : end + 2;
      continue;
    }
    if (strings.quotes.includes(char)) {
      const string = stringAt(text, at, strings, prefixBefore(found, at, text, strings));
      found.push(string);
      at = string.end;
      continue;
    }
    if (char === "/" && strings.regex && mayBeginRegex(found.at(-1))) {
      const end = regexEnd(text, at);
      if (end !== undefined) {
        found.push({ kind: "number", start: at, end, text: "/…/" });
        at = end;
        continue;
      }
    }
    const kind = matches(word, text, at) ? "name" : matches(number, text, at) ? "number" : "mark";
    let end = kind === "name" ? word.lastIndex : kind === "number" ? number.lastIndex : markEnd(text, at);
    if (languageId === "rust" && kind === "name" && /^!\(/.test(text.slice(end, end + 2))) end++; // a macro
    if (joinsByDot && char === ".") {
      end = text[at + 1] === "=" ? at + 2 : at + 1;
      found.push({ kind: "mark", start: at, end, text: end === at + 2 ? "+=" : "+" });
    } else found.push({ kind, start: at, end, text: text.slice(at, end) });
    at = end;
  }
  return found;
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function markEnd(text: string, at: number): number {
  return matches(marks, text, at) ? marks.lastIndex : at + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** Removes a string prefix that was read as a name from the lexemes found. */
function prefixBefore(found: Lexeme[], at: number, text: string, strings: Strings): string {
  const last = found.at(-1);
  if (last?.end !== at) return "";
  if (strings === python && last.kind === "name" && pythonPrefix.test(last.text)) return found.pop()!.text;
  if (text[at - 1] !== "$" && text.slice(at - 2, at) !== "$@") return "";
  if (strings !== ecmaScript) found.splice(text[at - 2] === "$" || text[at - 2] === "@" ? -2 : -1); // C#'s $"…", $@"…"
  return "$";
}

function stringAt(text: string, start: number, strings: Strings, prefix: string): Lexeme {
  const char = text[start]!;
  const quote = strings.triple && text.startsWith(char.repeat(3), start) ? char.repeat(3) : char;
  const hole = strings.hole(prefix, char);
  const severalLines = quote.length === 3 || char === "`" || hole === anyHole;
  const holes: Span[] = [];
  const innerStart = start + quote.length;
  let at = innerStart;
  for (; at < text.length; at++) {
    if (text.startsWith(quote, at)) break;
    if (text[at] === "\n" && !severalLines) break;
    if (hole !== undefined && matches(hole, text, at)) {
      const span = holeAt(text, at, hole);
      holes.push(span.inner);
      at = span.end - 1;
    } else if (text[at] === "\\") at++;
  }
  const innerEnd = Math.min(at, text.length);
  const end = text.startsWith(quote, innerEnd) ? innerEnd + quote.length : innerEnd;
  return {
    kind: "string",
    start: start - (strings === python ? prefix.length : 0),
    end,
    text: text.slice(start, end),
    inner: { start: innerStart, end: innerEnd },
    holes,
    prefix,
  };
}

function holeAt(text: string, at: number, hole: RegExp): { inner: Span; end: number } {
  hole.lastIndex = at;
  const match = hole.exec(text)!;
  const name = match[1];
  if (name !== undefined) return { inner: { start: at + 1, end: at + match[0].length }, end: at + match[0].length };
  const start = at + match[0].length - (match[0] === "{$" ? 1 : 0);
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "{" || text[i] === "(") depth++;
    else if ((text[i] === "}" || text[i] === ")") && --depth === 0) return { inner: { start, end: i }, end: i + 1 };
  }
  return { inner: { start, end: text.length }, end: text.length };
}

function mayBeginRegex(last: Lexeme | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === "name") return beforeRegex.test(last.text);
  return last.kind === "mark" && !operandEnds.test(last.text);
}

function regexEnd(text: string, start: number): number | undefined {
  let inClass = false;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
  }
  return undefined;
}
