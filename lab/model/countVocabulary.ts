// Chooses the tokens that a tier's model keeps: counts which of the original vocabulary are used in TypeScript, JavaScript, Python, English
// and, where a folder of it is named, code of the other grammars' languages. Run once for each tier; what makes the model needs only its result.
//
// node lab/model/countVocabulary.ts --gguf FILE --tokens 16384 --out lab/model/keptTokens.json [--cache DIR] [--python DIR] [--others DIR]

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openGguf } from "../../server/engine/models/gguf.ts";
import { createTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { readGgufTokenizer } from "../../server/engine/tokenizer/ggufTokenizer.ts";
import type { Pipeline } from "../../server/engine/tokenizer/pipeline.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import type { Vocabulary } from "../../server/engine/tokenizer/vocabulary.ts";
import { type Document, LANGUAGES, type Language, readCorpus, readOthers } from "./corpus.ts";
import { keptToBitmap } from "./keptTokens.ts";
import { pruneVocabulary } from "./vocabulary.ts";

/**
 * What a language's tokens count for: each language's counts are shares of its own text, so its amount of text does not matter. A corpus
 * without other languages leaves their share to nobody, which changes no order.
 */
const WEIGHTS: Record<Language, number> = {
  typescript: 0.4,
  javascript: 0.25,
  python: 0.2,
  english: 0.15,
  other: 0.2,
};

/** Names of vocabulary padding, which no text and no prompt has. */
const UNUSED = /^\[PAD\d+\]$/;

/** One document in this many is counted with "\r\n" line ends: published code hardly has them, but editors on Windows use them. */
const WINDOWS_EVERY = 8;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      gguf: { type: "string" },
      tokens: { type: "string" },
      out: { type: "string" },
      cache: { type: "string" },
      python: { type: "string" },
      others: { type: "string" },
    },
  });
  const size = Number(values.tokens);
  if (!values.gguf || !values.out || !(size > 0))
    throw new Error("usage: node lab/model/countVocabulary.ts --gguf FILE --tokens N --out FILE [--cache DIR] …");
  const pythonDir = values.python ?? pythonLibrary();
  const corpus = await readCorpus(values.cache ?? path.join(homedir(), ".cache/sotto-corpus"), pythonDir);
  if (values.others) corpus.push(...readOthers(values.others));
  const { vocabulary: full, pipeline } = readGgufTokenizer(openGguf(values.gguf));

  const { usage, used } = countUsage(createTokenizer(full, pipeline), corpus);
  const kept = chooseKept(full, usage, size);
  const pruned = pruneVocabulary(full, kept);
  const measured = { full: measure(full, pipeline, corpus), pruned: measure(pruned, pipeline, corpus) };
  const result = {
    about:
      "Original ids of the kept tokens, as a bitmap (bit i % 8 of byte i / 8 is id i), made by countVocabulary.ts.",
    material: {
      packages: "corpusPackages.json",
      python: path.basename(pythonDir),
      weights: WEIGHTS,
      windowsLineEndsInOneOf: WINDOWS_EVERY,
      bytes: sizes(corpus, "count"),
      heldOutBytes: sizes(corpus, "heldOut"),
    },
    originalSize: full.tokens.length,
    usedAtAll: used,
    heldOutBytesPerToken: measured,
    keptBitmap: keptToBitmap(kept, full.tokens.length),
  };
  writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify({ kept: kept.length, ...result, keptBitmap: undefined }, null, 2));
}

function pythonLibrary(): string {
  const print = "import sysconfig; print(sysconfig.get_path('stdlib'))";
  return execFileSync("python3", ["-c", print], { encoding: "utf8" }).trim();
}

/** How much each original token is used: its share of its language's tokens, weighted and summed. */
function countUsage(tokenizer: Tokenizer, corpus: Document[]): { usage: Float64Array; used: number } {
  const usage = new Float64Array(tokenizer.vocabSize);
  for (const language of LANGUAGES) {
    const counts = new Float64Array(tokenizer.vocabSize);
    let total = 0;
    const documents = corpus.filter((document) => document.language === language && document.use === "count");
    documents.forEach(({ text }, index) => {
      const asWritten = index % WINDOWS_EVERY === 0 ? text.replaceAll(/\r?\n/g, "\r\n") : text;
      for (const id of tokenizer.encode(asWritten)) {
        counts[id]++;
        total++;
      }
    });
    if (total === 0) continue;
    for (let id = 0; id < counts.length; id++) usage[id] += (WEIGHTS[language] * counts[id]) / total;
  }
  return { usage, used: usage.filter((share) => share > 0).length };
}

/**
 * The most used tokens, with the special tokens, every single byte, and of each kept token the two that it is merged from (and theirs):
 * with them, text of kept tokens only is encoded as before.
 */
function chooseKept(full: Vocabulary, usage: Float64Array, size: number): number[] {
  const mergeOf = new Map(full.merges.map((merge) => [merge.result, merge]));
  const kept = new Set<number>();
  const ancestors = (id: number, into: Set<number>): Set<number> => {
    if (kept.has(id) || into.has(id)) return into;
    into.add(id);
    const merge = mergeOf.get(id);
    if (merge) {
      ancestors(merge.left, into);
      ancestors(merge.right, into);
    }
    return into;
  };
  for (let id = 0; id < full.tokens.length; id++) if (!mergeOf.has(id) && !UNUSED.test(full.tokens[id])) kept.add(id);
  const byUsage = [...usage.keys()].sort((a, b) => usage[b] - usage[a] || a - b);
  for (const id of byUsage) {
    const family = ancestors(id, new Set());
    if (kept.size + family.size <= size) for (const member of family) kept.add(member);
    if (kept.size === size) break;
  }
  return [...kept].sort((a, b) => a - b);
}

/** Bytes per token on the held-out text of each language. */
function measure(vocabulary: Vocabulary, pipeline: Pipeline, corpus: Document[]): Record<Language, number> {
  const tokenizer = createTokenizer(vocabulary, pipeline);
  const entries = LANGUAGES.map((language) => {
    const texts = corpus.filter((document) => document.language === language && document.use === "heldOut");
    const bytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const tokens = texts.reduce((sum, { text }) => sum + tokenizer.encode(text).length, 0);
    return [language, tokens > 0 ? Number((bytes / tokens).toFixed(4)) : 0];
  });
  return Object.fromEntries(entries) as Record<Language, number>;
}

function sizes(corpus: Document[], use: Document["use"]): Record<string, number> {
  const out: Record<string, number> = {};
  for (const document of corpus) {
    if (document.use === use) out[document.language] = (out[document.language] ?? 0) + Buffer.byteLength(document.text);
  }
  return out;
}

await main();
