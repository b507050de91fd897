// The text of a summary: what the model says, if that adds to the name, or else a plain sentence, and then the facts that a reader would miss most;
// nothing where there is neither. What only says the name in other words stands where facts follow that need a subject. Pure.

import { wordsOfName } from "./checks.ts";
import { ifAnyWords } from "./facts/conditionWords.ts";
import type { Evidence } from "./facts/entailed.ts";
import { addsTo, chosenFacts, sentenceOf } from "./facts/factSentences.ts";
import { plainSummary } from "./facts/plainSummary.ts";
import { type House, inHouse } from "./house.ts";

/** @param sentence the best of the model, of which each word is borne out */
export function composed(sentence: string | undefined, evidence: Evidence, house: House): string {
  const { name, around, code, signature, facts, told = [] } = evidence;
  const own = wordsOfName(name);
  if (!signature || !facts) return sentence === undefined ? "" : inHouse(sentence, house, own);
  const parameters = signature.parameters.map((one) => one.name);
  const types = signature.parameters.map(({ type = "" }) => type);
  const known = [name, around, ...parameters, ...types, signature.returnType ?? ""];
  const plain = told.some(({ isWhole }) => isWhole) ? undefined : plainSummary(signature, facts);
  const isPlainEnough = plain !== undefined && !ONLY_PATH.test(plain) && addsTo([name, ...parameters], plain);
  const adding = sentence !== undefined && addsTo(known, sentence, code) ? sentence : undefined;
  const saying = adding ?? (isPlainEnough ? plain : undefined);
  const chosen = chosenFacts(told, [name, ...(saying === undefined ? [] : [saying])]);
  const needsSubject = chosen.length > 0 && !chosen.some(({ isWhole }) => isWhole);
  const lead = saying ?? (needsSubject ? sentence : undefined); // a guard alone does not say of what
  if (lead === undefined && chosen.length === 0) {
    const isThrowTold = [...facts.thrownIf.values()].some((places) => ifAnyWords(places));
    const isHead = isThrowTold || (house.tagsParameters && parameters.length > 0); // of entries that tell more
    return sentence !== undefined && isHead ? inHouse(sentence, house, own) : "";
  }
  const last = `${sentenceOf(chosen, house.mood)}${house.endsWithStop ? "." : ""}`;
  if (lead === undefined) return last;
  return chosen.length === 0
    ? inHouse(lead, house, own)
    : `${inHouse(lead, { ...house, endsWithStop: true }, own)} ${last}`;
}

/** A field that is returned as it is: a reader sees that at a glance. */
const ONLY_PATH = /^Return `[\w.#$]+`$/;
