// Whether the code bears out each word of a sentence about a function: its verb by what the function does, its nouns by names, texts and types, and
// words that claim more ("always", "sorted", "if") by the code that would make them true. Strict: what cannot be told counts as untrue. Pure.

import { wordsOfName } from "../checks.ts";
import type { Signature } from "../signature/signature.ts";
import type { CodeFacts } from "./codeFacts.ts";
import type { Fact } from "./fact.ts";
import { leavesOutCondition, makesFunction, returnsOther, writesCode } from "./result.ts";
import { familyOfVerb, imperativeOf } from "./verbs.ts";
import { FREE, stem } from "./vocabulary.ts";

export type Doubt =
  | "hollow" // says nothing: "This function is used to …"
  | "noVerb" // begins with no verb that is known
  | "otherVerb" // the code does something else
  | "unfounded" // a word that nothing in the code bears out
  | "claimsMore" // "always", "only", "sorted" … without code for it
  | "claimsValue" // it gives no such value
  | "otherResult" // something else is returned
  | "writesCode"; // what it writes does what a sentence would say of it

export interface Evidence {
  name: string;
  signature?: Signature; // of a function
  facts?: CodeFacts;
  /** What the tree tells of it, for a reader. */
  told?: readonly Fact[];
  /** The code of the definition, with its comments. */
  code: string;
  /** The names of what it lies in. */
  around: string;
}

const HOLLOW =
  /\bwhen (?:(?:it|the (?:function|method)) is )?(?:called|invoked)\b|^the (?:`|function|method|class|constructor|hook|callback)|\bthis (?:function|method|class|helper|constructor|hook|utility|callback|code|is)\b|\bused (?:to|for|by|in|as)\b|\b(?:helper|utility|responsible|simply|basically|convenience|various|appropriate|necessary|useful|important|properly|correctly|internally|etc|allows?|in order|that can be used|in this|for more|so (?:that )?(?:it|they)|can be|which (?:is|are|was))\b|\b(?:api|internal|public|private)\b\s*$|^(?:api|internal|example|note)\b|[();]|:\s/i;

/** Words that claim more than a name does, and the code that bears them out. /$^/: nothing does. */
const CLAIMS: readonly [RegExp, RegExp][] = [
  [
    /\b(?:always|never|automatically|safely|efficiently|fast|lazy|lazily|usually|typically|probably|maybe|should|must|might|could|would|will)\b/i,
    /$^/,
  ],
  [
    /\b(?:only|unless|if|when|whenever|otherwise|while|until|unless|except|based on|depending|fallback|falls? back)\b/i,
    /\bif\b|\?|\bswitch\b|&&|\|\||\bwhile\b|\bor\b|\band\b|filter|\belse\b/,
  ],
  [
    /\b(?:all|every|each)\b/i,
    /\bfor\b|\.map\(|forEach|every|\ball|while|filter|reduce|\.clear\(|\[\]|\{\}|\*|each|entries|keys|values|join|length|\bsize|\blen\b/i,
  ],
  [/\bany\b/i, /\bfor\b|\bwhile\b|\.some\(|\bany\b|find|filter|\|\||\bor\b/i],
  [/\b(?:recursive(?:ly)?|nested|deep(?:ly)?)\b/i, /recurs|nest|deep/i],
  [/\bfirst\b/i, /\[0\]|first|find|shift|next|break|\bfor\b/i],
  [/\blast\b/i, /last|-\s?1|pop|at\(-1/i],
  [/\b(?:unique|distinct|duplicates?)\b/i, /uniq|\bset\b|Set\(|distinct|dup/i],
  [/\b(?:sorted|ordered|ascending|descending)\b/i, /sort|order|asc|desc/i],
  [/\b(?:random(?:ly)?)\b/i, /random/i],
  [/\b(?:maximum|highest|largest|longest|greatest)\b/i, /max|>|high|larg|long/i],
  [/\b(?:minimum|lowest|smallest|shortest|least)\b/i, /min|<|low|small|short/i],
  [/\b(?:default|defaults)\b/i, /default|\?\?|\|\||=/i],
  [/\boptional\b/i, /\?|=|undefined|None|null/],
  [/\bempty\b/i, /empty|length|size|''|""|\[\]|\{\}|\bnot\b|\blen\b|!/i],
  [/\b(?:null|none)\b/i, /null|None|undefined/],
  [/\bundefined\b/i, /undefined|\?\.|void|return;|find\(|\.get\(/],
  [
    /\b(?:true|false|boolean)\b/i,
    /true|false|bool|===|!==|==|!=|[<>]|!|\bnot\b|\bin\b|isinstance|has\(|includes\(|\bis\b/i,
  ],
  [/\b(?:new|newly)\b/i, /\bnew\b|\{|\[|creat|copy|clone|\b[A-Z]\w*\(|make|build|construct/],
  [
    /\b(?:existing|previous(?:ly)?|old|original|next|before|after|already|again|once|then|first time|same|other|another|more|next|either|not|no|without|instead)\b/i,
    /$^/,
  ],
];
/** Claims that a word of the code itself bears out. */
const SAID_BY_NAME =
  /^(?:existing|previous|old|original|next|before|after|already|again|once|same|other|another|more|both|either|not|no|without|lazy|lazily|fast|default|all|every|each|null|none|first|last|then)$/i;

/** Words that need no word of the code, but what TYPE_WORDS says. */
const TYPED = new Set(
  "two both size length index text entry entries key keys variable variables dictionary exist exists present".split(
    " ",
  ),
);

/** What the code must have for words that need not be its own. */
const TYPE_WORDS: readonly [RegExp, RegExp][] = [
  [/\b(?:strings?)\b/i, /str|["'`]|text|name|format|join|JSON/i],
  [/\b(?:lists?|arrays?)\b/i, /\[\]|array|list|push|append|map\(|filter\(|tuple|slice|concat|\[\.\.\./i],
  [/\b(?:numbers?)\b/i, /num|\d|int|float|count|length|size|index|[-+*/]/i],
  [/\bobjects?\b/i, /\{|obj|new|dict|this|self|[A-Z]\w+/],
  [/\b(?:events?)\b/i, /event|emit|trigger|\bon\(|listener|evt/i],
  [/\b(?:current)\b/i, /this|self|current|now|cls/i],
  [/\b(?:two|both)\b/i, /\([^,()]+,\s*[^,()]+/],
  [/\b(?:size|length)\b/i, /size|length|len|count|num|width|height/i],
  [/\bindex\b/i, /index|idx|\bi\b|\bpos|offset/i],
  [/\btext\b/i, /text|str|content|["'`]|label|title|message|html/i],
  [/\b(?:entry|entries)\b/i, /entr|item|map|dict|list|\[/i],
  [/\bkeys?\b/i, /key|\bk\b|\[|\.(?:get|set|has)\(|attr|prop/i],
  [/\bvariables?\b/i, /var|env|let |const /i],
  [/\bdictionary\b/i, /\{|dict/i],
  [/\b(?:exists?|present)\b/i, /has|exist|\bin\b|includes|get|===|is not None|undefined|null|find|some|length/i],
  [/\b(?:functions?|callbacks?)\b/i, /=>|func|callback|\bcb\b|def |fn|lambda|handler|call/i],
];

/** Words of code for which sentences have another one. */
const SHORT: Readonly<Record<string, string>> = {
  ...{
    message: "msg",
    messages: "msgs",
    context: "ctx",
    button: "btn",
    callback: "cb",
    database: "db",
    source: "src",
    destination: "dst",
  },
  ...{
    index: "idx",
    keyword: "kwd",
    event: "evt",
    package: "pkg",
    length: "len",
    language: "lang",
    identifier: "id",
    identifiers: "ids",
  },
  ...{
    environment: "env",
    directory: "dir",
    number: "num",
    image: "img",
    previous: "prev",
    middleware: "app",
    exception: "exc",
    exceptions: "exc",
  },
  ...{
    milliseconds: "ms",
    seconds: "sec",
    bytes: "byte",
    exponent: "exp",
    expression: "expr",
    regular: "reg",
    pattern: "re",
    count: "n",
  },
  ...{
    schema: "sch",
    request: "req",
    response: "res",
    error: "err",
    element: "ele",
    elements: "eles",
    node: "ele",
    dictionary: "dict",
  },
};

/**
 * @returns undefined where each word is borne out
 */
export function doubtOf(whole: string, evidence: Evidence): Doubt | undefined {
  const { name, signature, facts, code, around } = evidence;
  const sentence = facts && looksUp(facts, signature?.returnType) ? whole.replace(ABSENT, "") : whole;
  if (HOLLOW.test(sentence)) return "hollow";
  if (quotedIn(sentence).some((text) => !CONSTANT.test(text) && !code.includes(text))) return "unfounded";
  const own = wordsOfName(name);
  const words = sentence.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  if (facts && writesCode(code, facts)) return "writesCode";
  const claimed =
    signature && facts ? doubtOfDeed(sentence, words[0] ?? "", own, { signature, facts, code }) : undefined;
  if (claimed) return claimed;
  if (facts && returnsOther(sentence, { name, code, facts, returnType: signature?.returnType })) return "otherResult";
  if (facts && leavesOutCondition(sentence, facts)) return "claimsMore";
  if (/\b(?:is|are)\s(?:an?\s)?instances? of\b/i.test(sentence) && !/instanceof|isinstance/.test(code))
    return "claimsMore";
  const isPartial = facts?.hasLeavingLoop && signature && !givesTruth({ signature, facts });
  if (isPartial && /\b(?:all|every|each)\b/i.test(sentence)) return "claimsMore";
  if (/\btrue\b.{0,20}\bif\b.{0,60}\b(?:all|every|each)\b/i.test(sentence) && !TESTS_ALL.test(code))
    return "claimsMore";
  const known = new Set([...wordsOfName(code), ...wordsOfName(around)].flatMap((word) => [word, stem(word)]));
  const isKnown = (word: string) => known.has(word) || known.has(stem(word));
  const claims = sentence.replace(ASKED, "");
  for (const [claim, proof] of CLAIMS) {
    const said = claim.exec(claims)?.[0].toLowerCase();
    if (said === undefined || (SAID_BY_NAME.test(said) && isKnown(said))) continue;
    if (!proof.test(code)) return "claimsMore";
  }
  for (const [claim, proof] of TYPE_WORDS) if (claim.test(sentence) && !proof.test(code)) return "unfounded";
  const isDeed = signature !== undefined || familyOfVerb(imperativeOf(words[0] ?? "") ?? "")?.evidence?.test(code);
  const rest = words.slice(isDeed ? 1 : 0).flatMap(wordsOfName);
  return rest.every((word) => FREE.has(word) || TYPED.has(word) || isKnown(word) || isShort(word, known))
    ? undefined
    : "unfounded";
}

/** Code that finds out whether something holds for all. */
const TESTS_ALL = /\.every\(|\ball\(|\breturn [fF]alse\b/;

/** What a look-up gives where there is nothing: "or `undefined` if the key is not found". */
const ABSENT =
  /,? or `?(?:undefined|null|None)`? if [\p{L}` ]{1,40}\b(?:not (?:found|present|there|set)|not exist|none)\b/u;
const LOOKS_UP = /\.(?:get|find|getItem)\([^()]{0,80}\)!?$/;

/** Whether what is returned is what was looked up, or nothing: by its code, and by its type where one is written. */
const looksUp = ({ returned }: CodeFacts, type = "undefined"): boolean =>
  returned.length === 1 && LOOKS_UP.test(returned[0].trim()) && /undefined|null|None|Optional|any|unknown/.test(type);

/** What has claims of its own. */
export const CONSTANT = /^(?:true|false|null|undefined|True|False|None)$/;

/** An "if" or "when" that is no condition of the code. */
const ASKED = /^(?:called when|checks? if|determines? if|tests? if|returns? `?true`? if)\b/i;

/** What stands in quotes or backticks. */
const quotedIn = (sentence: string): string[] =>
  [...sentence.matchAll(/(?<![\p{L}\p{N}])(["'`])([^"'`]{1,100})\1(?![\p{L}\p{N}])/gu)].map(([, , text]) => text);

/** Verbs of functions that return functions. */
const GIVES_FUNCTION = /^(?:return|create|make|build|generate|get|produce|construct|define|wrap|bind|decorate)$/;

type Deeds = Required<Pick<Evidence, "signature" | "facts" | "code">>;

/** Whether the function does and gives what the sentence says of it. */
function doubtOfDeed(sentence: string, first: string, own: readonly string[], deeds: Deeds): Doubt | undefined {
  const { signature } = deeds;
  if (signature.kind === "getter" && /^The\s/.test(sentence)) return undefined; // it is documented as the property that it stands for
  if (/^Called when\s/.test(sentence) && own[0] === "on" && own.length > 1) return undefined; // a listener
  const verb = imperativeOf(first, own);
  if (verb === undefined) return "noVerb";
  if (!isDone(verb, own, deeds)) return "otherVerb";
  if (makesFunction(deeds.code, deeds.facts) && !GIVES_FUNCTION.test(verb)) return "otherVerb";
  if (callsOnlyItself(sentence, deeds)) return "otherVerb";
  const givesNothing = signature.returns === "nothing" && !signature.isGenerator && signature.kind === "function";
  if (givesNothing && /\b(?:returns?|whether)\b/i.test(sentence)) return "claimsValue";
  const saysTruth = /\bwhether\b|\btrue\b|\bfalse\b|^(?:check|determine|test)s? if\b/i.test(sentence);
  return saysTruth && !givesTruth(deeds) ? "claimsValue" : undefined;
}

/** Whether the code does what the verb says. */
function isDone(verb: string, own: readonly string[], { code, signature, facts }: Deeds): boolean {
  const family = familyOfVerb(verb);
  const isOwn = own.some((word) => stem(word) === stem(verb));
  const meant = familyOfVerb(own[0] ?? "");
  if (family?.gives === "truth") {
    const isOther = meant !== undefined && meant !== family && !meant.gives; // `deleteFrom` may tell whether it did
    return (givesTruth({ signature, facts }) && !isOther) || (isOwn && signature.throws.length > 0);
  }
  const isPlain = signature.kind !== "constructor" && !signature.isGenerator;
  const givesNothing = isPlain && (signature.returns === "nothing" || givesItself(facts));
  if (family?.gives && givesNothing) return isOwn && verb !== "return";
  if (ASKS.test(signature.name)) return verb === "return";
  if (/^(?:sort|order)$/.test(verb) && !SORTS.test(code.replace(`${signature.name}(`, ""))) return false; // a comparison
  if (isOwn) return true;
  if (meant && meant !== family && verb !== "return" && !(meant.gives && family?.gives === "any")) return false; // the name says what it does
  return family !== undefined && (family.evidence === undefined || family.evidence.test(code));
}

const SORTS = /(?:sort|order)(?:ed|_?by|_?values|_?items)?\(/i;

/** "Calls `f`" of `f`, which does not call itself. */
function callsOnlyItself(sentence: string, { code, signature: { name } }: Deeds): boolean {
  const called = /^(?:calls?|invokes?|runs?|executes?)\s(?:the\s)?`?([\w$]+)/i.exec(sentence)?.[1];
  return called !== undefined && called === name && code.split(`${name}(`).length < 3;
}

/** Whether it returns the object that it is called on, so that calls can be chained. */
export const givesItself = ({ returned }: CodeFacts): boolean =>
  returned.length > 0 && returned.every((value) => /^(?:this|self)$/.test(value.trim()));

const TRUTH =
  /^(?:true|false|True|False)$|^(?:!|not\b|isinstance\(|callable\(|any\(|all\(|hasattr\()|===|!==|==|!=|\s[<>]=?\s|\bin\b|\binstanceof\b|\bis (?:not )?\w|\.(?:has|includes|startsWith|endsWith|test|every|some|startswith|endswith|contains|(?:is|has|can|should)[A-Z_]\w*)\(|^(?:this\.|self\.)?_?(?:is|has|can|should)[A-Z_]/;

/** A name that asks: `isOpen`, `has_rows`. */
const ASKS = /^_?(?:is|has|can|should|did|was|contains|includes|equals)(?:[A-Z_]|$)/;

/** Whether each returned value is true or false, as far as the code shows. */
export function givesTruth({ signature, facts }: Omit<Deeds, "code">): boolean {
  const type = signature.returnType?.trim();
  if (type !== undefined) return /^(?:Promise<)?(?:boolean|bool|true|false)\b|\bis\s\w|^asserts\b/.test(type);
  if (facts.returned.length === 0) return false;
  return ASKS.test(signature.name) || facts.returned.every((value) => TRUTH.test(value.trim()));
}

/** Whether a word of the code abbreviates it: `config`, `msg`. */
function isShort(word: string, known: ReadonlySet<string>): boolean {
  if (SHORT[word] !== undefined && known.has(SHORT[word])) return true;
  for (let length = 3; length < word.length; length++) {
    const begin = word.slice(0, length);
    if (word.length >= 5 && known.has(begin) && !COMMON.has(begin)) return true;
  }
  return false;
}

/** Short words of code with which longer words begin that mean something else. */
const COMMON = new Set(
  "add get set not new the for run has can use let var end err out all and any are per pre res con int str ref sub pro com dis".split(
    " ",
  ),
);
