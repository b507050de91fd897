// Cuts the words of one part of a docstring that a file has, with the prompt in which the docstring command asks for them: what was written of
// the docstring so far, nothing after it, no pieces of other files. Only words that pass the command's own checks are taught.

import { languageOfPath } from "../../common/syntax/languages.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";
import { type Example, type ExampleTools, isTaught, layOut, withClosers } from "../../finetune/data/examples.ts";
import { BASE_RECIPE } from "../../finetune/data/recipe.ts";
import { faultOf, type Subject } from "../../src/actions/docstring/checks.ts";
import { type DocEntry, type DocText, emptyDoc } from "../../src/actions/docstring/docText.ts";
import { factsOf, NO_FACTS, reconciled } from "../../src/actions/docstring/reconcile.ts";
import { styleOf, usualStyle } from "../../src/actions/docstring/styles/styleOf.ts";
import { type Target, targetsIn } from "../../src/actions/docstring/target.ts";
import type { CorpusFile } from "./corpus.ts";

/** Stands for the words that are left out; no text has it. */
const GAP = "\uE000";
/** A definition with its docstring, in UTF-16 units: of a longer one the end is not in the prompt. */
const MAX_CHARS = 4_000;
const WORDS_CHARS = [12, 200] as const;
const LEAD_CHANCE = 0.6; // else an entry, where there is any

/** undefined where the file has no docstring, or that which was drawn has no words that can be taught. */
export function docstringExample(file: CorpusFile, tools: ExampleTools): Example | undefined {
  const languageId = languageOfPath(file.path);
  const tree = languageId && tools.parsers.for(languageId)?.parse(file.text);
  if (!tree) return undefined;
  try {
    return exampleOf(file, languageId, tree, tools);
  } finally {
    tree.dispose();
  }
}

function exampleOf(
  { path, text }: CorpusFile,
  languageId: string,
  tree: SyntaxTree,
  tools: ExampleTools,
): Example | undefined {
  const { random, tokenizer, recipe = BASE_RECIPE } = tools;
  const targets = targetsIn(text, tree, languageId).filter(isDocumented);
  if (targets.length === 0) return undefined;
  const target = random.pick(targets);
  const style = styleOf([text], languageId) ?? usualStyle(languageId);
  const facts = target.signature ? factsOf(target.signature) : { ...NO_FACTS, typeParameters: target.typeParameters };
  const parts = partsOf(reconciled(style.parse(target.existing), facts), target.name);
  const [lead, ...entries] = parts;
  if (!lead) return undefined;
  const part = entries.length === 0 || random.chance(LEAD_CHANCE) ? lead : random.pick(entries);
  const knownNames = new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const code = text.slice(target.start, target.end);
  const said = part === lead ? "" : lead.words;
  if (faultOf(part.words, part.subject, { signature: target.signature, knownNames, code, said })) return undefined;

  const [start, end] = style.renderAsked(part.shown, target.indent).split(GAP);
  const gap = withClosers({
    prefix: `${text.slice(0, target.place.start)}${target.before}${start}`,
    middle: part.words,
    suffix: `${end}${target.after}${text.slice(target.place.end)}`,
  });
  if (!isTaught(gap.middle, tools)) return undefined;
  const place = { path, languageId, pieces: [], prefix: gap.prefix, suffix: gap.suffix };
  return layOut("docstring", place, gap.middle, random.logBetween(...recipe.fimTokens), tokenizer, recipe);
}

const isDocumented = (target: Target): target is Target & { existing: string } =>
  target.existing !== undefined && target.end - target.place.start <= MAX_CHARS;

interface Part {
  words: string; // one line
  subject: Subject;
  shown: DocText; // the docstring up to these words, which are a gap
}

/** The parts that have words, in the order in which they are asked for; none where there is no lead. */
function partsOf(doc: DocText, name: string): Part[] {
  const parts: Part[] = [];
  const add = (words: string, subject: Subject, shown: DocText): void => {
    if (words.length >= WORDS_CHARS[0] && words.length <= WORDS_CHARS[1]) parts.push({ words, subject, shown });
  };
  const lead = firstSentence(doc.lead);
  add(lead, { of: "definition", names: [name] }, { ...emptyDoc(), lead: GAP });
  if (parts.length === 0) return [];
  const sofar = { ...emptyDoc(), lead };
  const asked = (entry: DocEntry): DocEntry => ({ name: entry.name, words: GAP });
  for (const list of ["typeParameters", "parameters"] as const)
    for (const entry of doc[list]) {
      const words = firstSentence(entry.words);
      add(words, { of: "part", names: [entry.name, name] }, { ...sofar, [list]: [...sofar[list], asked(entry)] });
      sofar[list] = [...sofar[list], { name: entry.name, words }];
    }
  for (const list of ["yields", "returns"] as const) {
    const entry = doc[list];
    if (entry) add(firstSentence(entry.words), { of: "part", names: [name] }, { ...sofar, [list]: asked(entry) });
  }
  return parts;
}

/** In one line. */
const firstSentence = (words: string): string => {
  const [paragraph] = words.split(/\n\s*\n/);
  const line = paragraph.replace(/\s+/g, " ").trim();
  return /^.*?[.!?](?=\s+\p{Lu}|$)/u.exec(line)?.[0] ?? line;
};
