// Detects text that was not written by hand, or that teaches nothing. Pure; judges one text.

export type TextFault = "longLine" | "fewLetters" | "nonAscii" | "blob" | "transpiled" | "minified";

const MAX_LINE_CHARS = 1_000;
const MAX_MEAN_LINE_CHARS = 90;
const BLOB = /[A-Za-z0-9+/=]{300,}|(?:0x[0-9a-f]+,\s*){40,}|(?:\\u[0-9a-f]{4}){40,}|(?:\\x[0-9a-f]{2}){40,}/i;
const TRANSPILED =
  /__webpack_require__|_interopRequire(Default|Wildcard)|_createClass\(|_inheritsLoose|__esDecorate\(|__runInitializers|\(this && this\.__|tslib_1\.__|__awaiter\(|_regeneratorRuntime|_asyncToGenerator|(?:^|\n)System\.register\(|ɵɵngDeclare|ɵɵdefine|_jsxs?\)?\(|\(0, [\w$.]+\)\(|\$[0-9a-f]{16}\$|\$protobuf\b|\$root\.|_extends\(\{\}|_objectSpread|createElementVNode as _|defineProperty\(exports, ["']__esModule/;
const MINIFIED = /\bvar _[a-z] ?=|function\([a-z](,[a-z]){2,}\)\{/;

/**
 * The first fault of a text, or undefined.
 * @param anyLanguage allows comments and strings in any language; otherwise at most a tenth may lie outside ASCII
 */
export function textFault(text: string, anyLanguage = false): TextFault | undefined {
  const lines = text.split("\n");
  if (lines.some((line) => line.length > MAX_LINE_CHARS)) return "longLine";
  if (text.length / lines.length > MAX_MEAN_LINE_CHARS) return "longLine";
  const { letters, digits, nonAscii } = shares(text);
  if ((anyLanguage ? letters + nonAscii : letters) < 0.3 || digits > 0.2) return "fewLetters";
  if (!anyLanguage && nonAscii > 0.1) return "nonAscii";
  if (BLOB.test(text)) return "blob";
  if (TRANSPILED.test(text)) return "transpiled";
  if (MINIFIED.test(text) && text.length / lines.length > 60) return "minified";
  return undefined;
}

/** Shares of the UTF-16 units of `text`. */
function shares(text: string): { letters: number; digits: number; nonAscii: number } {
  let letters = 0;
  let digits = 0;
  let nonAscii = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const lower = unit | 32;
    if (lower >= 97 && lower <= 122) letters++;
    else if (unit >= 48 && unit <= 57) digits++;
    else if (unit > 127) nonAscii++;
  }
  return { letters: letters / text.length, digits: digits / text.length, nonAscii: nonAscii / text.length };
}
