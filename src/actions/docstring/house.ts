// How the docstrings of a file are written: mood, full stops, whether parameters get tags, and whether they are in English. Pure.

import { imperativeOf, type Mood, thirdPersonOf } from "./facts/verbs.ts";
import type { Style } from "./styles/style.ts";
import type { Target } from "./target.ts";

export interface House {
  mood: Mood;
  endsWithStop: boolean;
  /** Whether most functions with parameters that are documented describe these. */
  tagsParameters: boolean;
  isEnglish: boolean;
}

/** The fewest docstrings that make a habit. */
const HABIT = 2;

/** @param targets the definitions of the file */
export function houseOf(targets: readonly Target[], style: Style, languageId: string): House {
  const docs = targets.flatMap(({ existing, signature }) =>
    existing ? [{ doc: style.parse(existing), signature }] : [],
  );
  const leads = docs.map(({ doc }) => doc.lead.trim()).filter((lead) => /\p{L}{2}/u.test(lead));
  const moods = leads.flatMap((lead) => moodOf(lead) ?? []);
  const third = moods.filter((mood) => mood === "thirdPerson").length;
  const usual = languageId === "python" ? "imperative" : "thirdPerson";
  const first = leads.map((lead) => lead.split("\n\n")[0]);
  const open = first.filter((lead) => /[\p{L}\p{N})`]$/u.test(lead)).length;
  const withParameters = docs.filter(({ signature }) => (signature?.parameters.length ?? 0) > 0);
  const tagged = withParameters.filter(({ doc }) => doc.parameters.length > 0).length;
  return {
    mood:
      moods.length < HABIT || 2 * third === moods.length
        ? usual
        : 2 * third > moods.length
          ? "thirdPerson"
          : "imperative",
    endsWithStop: first.length < HABIT || 2 * open <= first.length,
    tagsParameters: withParameters.length >= HABIT && 2 * tagged > withParameters.length,
    isEnglish: isEnglish(first.join(" ")), // what comes after may be an example
  };
}

function moodOf(lead: string): Mood | undefined {
  const [first = ""] = /^\p{L}+/u.exec(lead) ?? [];
  const verb = imperativeOf(first);
  return verb === undefined ? undefined : verb === first.toLowerCase() ? "imperative" : "thirdPerson";
}

const setOf = (words: string) => new Set(words.split(" "));
const ENGLISH = setOf("the of to is are and for if with that this returns return from by it be whether a an or as not");
/** Small words of German, French, Spanish, Portuguese, Italian and Dutch that are none of English, nor common in code. */
const FOREIGN = setOf(
  "der die das und als ohne sie wenn ist nicht ein eine einen wird mit von den dem auf zu oder le la les des du et une dans pour qui est sur el los las para con que por del uno il della che per di gli het een van dat voor",
);
const LEAST_FOREIGN = 3;

/** Whether a text is in English; a short one, and one of names, is taken for English. */
function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const accented = words.filter((word) => /[^\p{ASCII}]/u.test(word)).length;
  const foreign = words.filter((word) => FOREIGN.has(word)).length;
  if (accented > 2 && 10 * accented > words.length) return false;
  return foreign < LEAST_FOREIGN || foreign <= words.filter((word) => ENGLISH.has(word)).length;
}

/** The sentence in the file's mood, with a capital and with or without a full stop. @param own words of the name, which may be its verb */
export function inHouse(sentence: string, { mood, endsWithStop }: House, own: readonly string[]): string {
  const [first = ""] = /^\p{L}+/u.exec(sentence) ?? [];
  const verb = imperativeOf(first, own);
  const said = verb === undefined ? first : mood === "thirdPerson" ? thirdPersonOf(verb) : verb;
  const rest = sentence.slice(first.length);
  const isTurned = mood === "imperative" && verb !== undefined && verb !== first.toLowerCase();
  const text = withoutStop(verb === undefined ? sentence : said + (isTurned ? secondVerbTurned(rest) : rest));
  return `${text[0].toUpperCase()}${text.slice(1)}${endsWithStop ? "." : ""}`;
}

/** "Read it and log it" for "Reads it and logs it". */
const secondVerbTurned = (rest: string): string =>
  rest.replace(
    /(?<=\s(?:and|or)\s)\p{Ll}+s(?=\s(?:the|an?|it|its|them|all|each|every|if|to|from|whether)\s)/u,
    (word) => imperativeOf(word) ?? word,
  );

function withoutStop(sentence: string): string {
  let text = sentence.trimEnd();
  while (text.endsWith(".")) text = text.slice(0, -1).trimEnd();
  return text;
}
