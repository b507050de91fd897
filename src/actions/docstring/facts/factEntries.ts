// The entries of a docstring that the code alone gives: what is thrown and when, what is returned at once for some arguments. Pure.

import type { DocEntry } from "../docText.ts";
import { factsOf } from "../reconcile.ts";
import type { Signature } from "../signature/signature.ts";
import type { StyleName } from "../styles/style.ts";
import type { CodeFacts, Condition } from "./codeFacts.ts";
import { ifAnyWords, ifWords } from "./conditionWords.ts";
import { givesTruth } from "./entailed.ts";

/** Values that a caller meets as such. */
const LITERAL = /^(?:null|undefined|None|true|false|True|False|-?\d{1,9}|\[\]|\{\}|""|'')$/;
/** Classes whose name says nothing. */
const ANY_ERROR = /^(?:\w+\.)?(?:Error|Exception|RuntimeError)$/;

export function factEntries(
  signature: Signature,
  facts: CodeFacts,
  style: StyleName,
): { returns?: string; throws: DocEntry[] } {
  const isPython = style !== "tsdoc" && style !== "jsdoc";
  const throws = factsOf(signature).throws.flatMap((name) => {
    const places = facts.thrownIf.get(name) ?? [];
    const isTold = places.every((conditions) => conditions?.every(({ code }) => !mentions(code, facts.locals)));
    const words = isTold ? ifAnyWords(places) : undefined;
    if (words) return [{ name, words }];
    return isPython || ANY_ERROR.test(name) ? [] : [{ name, words: "" }];
  });
  const { early } = facts;
  if (
    !early ||
    givesTruth({ signature, facts }) ||
    signature.isGenerator ||
    signature.kind !== "function" ||
    !LITERAL.test(early.value)
  )
    return { throws };
  const when = isOfParameters(early.conditions, signature) ? ifWords(early.conditions) : undefined;
  return when ? { returns: `\`${early.value}\` ${when}`, throws } : { throws };
}

/** Whether a caller can tell: each condition begins with a parameter, not with the function's own state. */
function isOfParameters(conditions: readonly Condition[], { parameters }: Signature): boolean {
  const names = new Set(parameters.flatMap(({ name, properties }) => [name, ...properties]));
  return conditions.every(({ code }) => {
    const first = code.slice(0, 200).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
    return first.some((word) => names.has(word)) && !/\b(?:this|self)\b/.test(code);
  });
}

/** Whether a condition is about a variable of the body, which a caller does not know. */
const mentions = (code: string, locals: ReadonlySet<string>): boolean =>
  (code.match(/(?<!\.)[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []).some((name) => locals.has(name));
