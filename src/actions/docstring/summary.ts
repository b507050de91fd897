// The summary of a definition: several sentences of the model, cut back to what the code bears out, and the one that most of them agree on, with the
// facts that a reader would miss.

import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import { samplingAt } from "../../completion/sampling.ts";
import { type Writer, writeInto } from "../gap.ts";
import { type Claims, faultOf, wordsOfName } from "./checks.ts";
import { composed } from "./composed.ts";
import { doubtOf, type Evidence, givesItself } from "./facts/entailed.ts";
import { imperativeOf, thirdPersonOf } from "./facts/verbs.ts";
import { FREE, stem } from "./facts/vocabulary.ts";
import type { House } from "./house.ts";
import type { Fault, Words } from "./words.ts";

const TEMPERATURE = 0.7;
/** How many sentences there are to agree; more are only written where none of these passes. */
const FEW_SAMPLES = 6;
const MAX_TOKENS = 36;
/** The least confident sentence that is considered: the mean logarithm of its tokens' probabilities. */
const LEAST_LOG_PROB = -1.9;
/** When so much time has passed, what is there has to do, if it is enough to see what the samples agree on. */
const ENOUGH_MS = 3_000;
/** How long a person waits for the first sentence before the machine counts as busy. */
const PATIENCE_MS = 20_000;

export interface Patience {
  enoughMs: number;
  mostMs: number;
}

export const PATIENCE: Patience = { enoughMs: ENOUGH_MS, mostMs: PATIENCE_MS };

export interface About {
  evidence: Evidence;
  claims: Claims;
  house: House;
  /** The gap behind the words with which a sentence begins. */
  gapAfter(begin: string): PromptInput;
  /** The same as a question, for a model that follows instructions. */
  question(begin: string): PromptInput;
}

interface Sample {
  text: string;
  logProb: number; // mean of its tokens
}

/**
 * @returns "busy" where the model has written nothing in time
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function findSummary(
  about: About,
  model: Writer,
  signal: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<Words | "busy"> {
  const { evidence, house } = about;
  const own = wordsOfName(evidence.name);
  const startMs = performance.now();
  const samples: Sample[] = [];
  let answersQuestions = true; // until the model says that it has not learnt to
  const bound = AbortSignal.any([signal, AbortSignal.timeout(patience.mostMs)]);
  for (const [seed, { begin, temperature, isQuestion }] of attemptsFor(about, own).entries()) {
    if (isQuestion && !answersQuestions) continue;
    const isLate = samples.length >= LEAST_AGREED && performance.now() - startMs > patience.enoughMs;
    if ((isLate || samples.length >= FEW_SAMPLES) && best(samples, about)) break;
    const sampling = { ...samplingAt(temperature), ...(temperature > 0 ? { seed } : {}) };
    const how = { sampling, maxTokens: MAX_TOKENS, stop: ["\n", "*/", '"""'] };
    try {
      const prompt = isQuestion ? about.question(begin) : about.gapAfter(begin);
      const { text, logProbs, stop } = await writeInto(prompt, how, model, bound);
      if (stop === "noConversation") answersQuestions = false;
      const logProb = logProbs.reduce((sum, one) => sum + one, 0) / Math.max(1, logProbs.length);
      if (text.trim() !== "") samples.push({ text: asSummary(`${begin}${text}`.trim()), logProb });
    } catch (error) {
      if (signal.aborted || !bound.aborted) throw error;
      if (samples.length === 0) return "busy";
      break;
    }
  }
  const faults = samples.flatMap(({ text }) => faultIn(text, about) ?? []);
  const found = best(samples, about);
  const words = composed(found, evidence, house);
  return { words, faults: found !== undefined && words === "" ? [...faults, "saysOnlyTheName"] : faults };
}

/** `@returns The size.` says what a summary can say, and so does "The function `size` returns"; a link is a name. */
const asSummary = (text: string): string =>
  text
    .replace(
      /^(?:The|This) (?:\w{1,20} )?(?:function|method|getter|constructor)(?: `[^`]{1,80}`)? (\p{Ll})/u,
      (_, first: string) => first.toUpperCase(),
    )
    .replace(/^@returns?\s(?:\{[^{}]{0,100}\}\s)?(\S)/, (_, first: string) => `Returns ${first.toLowerCase()}`)
    .replace(/\{@link ([\w$.]{1,80})\}/g, "`$1`");

interface Attempt {
  begin: string;
  temperature: number;
  isQuestion?: boolean; // asked in words, where a model follows them; otherwise the gap in the file is filled
}

/** Free ones, and for functions such as begin with the name's verb, or with what they give; answers to a question first. */
function attemptsFor({ evidence: { signature, facts }, house }: About, own: readonly string[]): Attempt[] {
  const from = (begin: string): Attempt[] =>
    [0, TEMPERATURE, TEMPERATURE].map((temperature) => ({ begin, temperature }));
  const free = from("");
  if (!signature) return [...free, ...free.slice(1)];
  const isConstructor = signature.kind === "constructor";
  const ofObject = own.includes("init") ? "initialize" : "create";
  const isListener = own[0] === "on" && own.length > 1;
  const verb = isConstructor ? ofObject : isListener ? "handle" : imperativeOf(own[0] ?? "");
  const usual = signature.returns === "nothing" || (facts && givesItself(facts)) ? undefined : "return";
  const begins = [...new Set([verb, usual])].flatMap((one) => (one === undefined ? [] : asBeginning(one, house)));
  const [begun = free, other = free] = begins.map(from);
  const answers = [begun[0], other[0], begun[1], other[1], begun[2], other[2]].map((one) => ({
    ...one,
    isQuestion: true,
  }));
  const fillings = [free[0], begun[0], free[1], begun[1], free[2], begun[2], other[0], begun[1], other[1], free[1]];
  return [...answers, ...fillings];
}

function asBeginning(verb: string, { mood }: House): string {
  const word = mood === "thirdPerson" ? thirdPersonOf(verb) : verb;
  return `${word[0].toUpperCase()}${word.slice(1)}`;
}

/** Where a sentence can end earlier and still be true of what it was true of: before no alternative and no condition. */
const ENDS = /[,;(:]|\s(?:which|that|and|by|from|for|with|based|using|so|in|as|where|to|on|given)\b/g;
/** The end of a part that only the rest would explain. */
const TORN =
  /\b(?:based|given|used|according|due|such|defined|specified|contains?|has|have|is|are|was|were|be|being|can|will|not)$/i;
const OF_TWO = /\b(?:between|both|either|neither)\b/i;
const JOINS = /\b(?:and|or|nor)\b/i;
/** From so many samples on, what only one of them says is taken for an invention. */
const LEAST_AGREED = 3;
/** The fewest words of its own that what is left has to tell. */
const LEAST_TOLD = 2;

/** The sentence, and what is left of it when it ends earlier; longer ones first. */
function shortenings(sentence: string): string[] {
  const ends = [...sentence.matchAll(ENDS)].map(({ index }) => sentence.slice(0, index).trim());
  const isWhole = (part: string) => !TORN.test(part) && (!OF_TWO.test(part) || JOINS.test(part));
  const whole = ends.filter((part) => isWhole(part) && told(part) >= LEAST_TOLD);
  return [sentence, ...whole.toReversed()];
}

/** The words that tell something, each once: not the verb, and none of grammar. */
const tellingWords = (text: string): string[] => {
  const words = text.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  return [...new Set(words.slice(1))].filter((word) => wordsOfName(word).some((part) => !FREE.has(part)));
};
const told = (text: string): number => tellingWords(text).length;

const firstSentence = (text: string): string => /^.*?[.!?](?=\s{1,3}\p{Lu}|$)/u.exec(text)?.[0] ?? text;

export function faultIn(text: string, { evidence, claims }: Pick<About, "evidence" | "claims">): Fault | undefined {
  const { name, signature, around } = evidence;
  const names = signature?.kind === "constructor" ? [name, around] : [name]; // that it makes an object of its class is no news
  const subject = { of: "definition", names } as const;
  return faultOf(text, subject, claims) ?? doubtOf(text, evidence);
}

/** The longest part of each sample that is borne out; of these the one that the samples agree on, and that says more than the name. */
export function best(samples: readonly Sample[], about: Pick<About, "evidence" | "claims">): string | undefined {
  const ofName = wordsOfName(about.evidence.name);
  const own = new Set(ofName);
  const verb = imperativeOf(ofName[0] ?? "") ?? "return";
  const stems = samples.map(
    ({ text }) =>
      new Set(
        text
          .toLowerCase()
          .match(/[\p{L}\p{N}_$]+/gu)
          ?.map(stem),
      ),
  );
  const { signature } = about.evidence;
  const typed = signature?.parameters.flatMap(({ name, type = "" }) => [name, type]) ?? [];
  const given = new Set([...ofName, ...wordsOfName([...typed, signature?.returnType ?? ""].join(" "))].map(stem));
  const isAgreed = (word: string) =>
    samples.length < LEAST_AGREED ||
    wordsOfName(word).every((part) => given.has(stem(part))) ||
    stems.filter((one) => one.has(stem(word.toLowerCase()))).length > 1;
  const grams = samples.map(({ text }) => gramsOf(text));
  let found: { text: string; score: number } | undefined;
  for (const { text, logProb } of samples) {
    if (logProb < LEAST_LOG_PROB) continue;
    const passing = shortenings(firstSentence(text)).find(
      (part) => faultIn(part, about) === undefined && tellingWords(part).every(isAgreed),
    );
    if (passing === undefined) continue;
    const mine = gramsOf(passing);
    const agreed = grams.reduce((sum, other) => sum + similarity(mine, other), 0) / grams.length;
    const news = new Set(wordsOfName(passing).filter((word) => word.length > 3 && !own.has(word))).size;
    const isNamed = imperativeOf(/^\p{L}+/u.exec(passing)?.[0] ?? "") === verb;
    const score = agreed + 0.2 * logProb + 0.04 * Math.min(news, 5) + (isNamed ? 0.1 : 0);
    if (!found || score > found.score) found = { text: passing, score };
  }
  return found?.text;
}

/** Each three letters of a text that follow each other. */
function gramsOf(text: string): Set<string> {
  const letters = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
  return new Set(Array.from({ length: Math.max(0, letters.length - 2) }, (_, at) => letters.slice(at, at + 3)));
}

/** The share of what two sets have in common. */
function similarity(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((gram) => other.has(gram)).length;
  return (2 * common) / Math.max(1, one.size + other.size);
}
