// A summary made of facts alone, for a function of one statement: "Returns whether `a` is empty." Pure.

import type { Signature } from "../signature/signature.ts";
import type { CodeFacts } from "./codeFacts.ts";
import { whetherWords } from "./conditionWords.ts";
import { CONSTANT, givesTruth } from "./entailed.ts";

/** The longest code that is quoted, in UTF-16 units. */
const MOST_UNITS = 60;

/** In the imperative; undefined where the code is no single, short statement. */
export function plainSummary(signature: Signature, facts: CodeFacts): string | undefined {
  const { only, does } = facts;
  const isOwn = (code: string) =>
    code.replace(/\(.*/s, "").split(/[.#]/).at(-1)?.toLowerCase() === signature.name.toLowerCase();
  if (signature.isGenerator || signature.kind === "constructor") return undefined;
  if (only !== undefined && !CONSTANT.test(only)) {
    const isTold = /[<>=]|\b(?:is|in|instanceof)\b|isinstance|typeof|^[\w$.!]+$/.test(only); // else no sentence can be made of it
    const whether = isTold && givesTruth({ signature, facts }) ? whetherWords(only) : undefined;
    if (whether) return `Return whether ${whether}`;
    return isShort(only) && !isOwn(only) ? `Return \`${withoutAwait(only)}\`` : undefined;
  }
  if (does === undefined || !isShort(does) || isOwn(does)) return undefined;
  const [, to, value] = /^([\w$.#]+)\s=\s([^=].*)$/.exec(does) ?? [];
  if (to !== undefined) return `Set \`${to}\` to \`${value}\``;
  return /^(?:await )?[\w$.#]+\(/.test(does) && does.endsWith(")") ? `Call \`${withoutAwait(does)}\`` : undefined;
}

const withoutAwait = (code: string): string => code.replace(/^await\s+/, "");

/** Whether it can be quoted: short, on one line, and no mere constant or object. */
const isShort = (code: string): boolean =>
  code.length <= MOST_UNITS && !/[\n`{]|=>/.test(code) && /[\p{L}_$]{2}/u.test(code) && /[.([\s]/.test(code);
