// What a tokenizer does with a text before tokens are merged: the alphabet it merges, how it normalises and where it cuts. Reads the steps that
// a tokenizer.json describes; an unknown step is refused by name and never half obeyed.

import * as z from "zod";
import { modelUnsupported } from "../../../common/errors.ts";
import { BLANK } from "./charLevel.ts";
import { linearPattern } from "./linearPattern.ts";
import { translatePattern } from "./pattern.ts";
import { type Cutting, DIGIT, ENDING_AT_BREAKS, GPT2, LINE_BREAK_ALONE } from "./patterns.ts";
import { type Splitter, splitByPatterns, splitPieces } from "./pieces.ts";
import type { LineCut } from "./tokenizer.ts";

/** What tokens are made of: bytes by their stand-ins (GPT-2's kind), or characters (SentencePiece's). */
export type Alphabet = "bytes" | "characters";

export interface Pipeline {
  readonly alphabet: Alphabet;
  readonly normalise: (text: string) => string;
  readonly split: Splitter; // for characters: in addition, text is cut where the vocabulary allows it, see `charSplitter`
  readonly lineCut: LineCut;
  /** Whether a piece that is a token as a whole stays that token, whatever the merges say. */
  readonly ignoreMerges: boolean;
}

/** The steps of a tokenizer.json, as parsed. */
export interface Steps {
  normalizer?: unknown;
  pre_tokenizer?: unknown;
  post_processor?: unknown;
  decoder?: unknown;
}

const regex = z.strictObject({ Regex: z.string() });
const string = z.strictObject({ String: z.string() });
const byteLevel = z.strictObject({
  type: z.literal("ByteLevel"),
  add_prefix_space: z.literal(false),
  trim_offsets: z.boolean().optional(),
  use_regex: z.boolean().default(true),
});
const digits = z.strictObject({ type: z.literal("Digits"), individual_digits: z.boolean() });
const split = z.strictObject({
  type: z.literal("Split"),
  pattern: z.union([regex, string]),
  behavior: z.literal("Isolated"),
  invert: z.literal(false).optional(),
});
/** A split step in Gemma's file, without effect: no space is left when the text gets to it. */
const blankSplit = z.strictObject({
  type: z.literal("Split"),
  pattern: z.strictObject({ String: z.literal(" ") }),
  behavior: z.literal("MergedWithPrevious"),
  invert: z.literal(false).optional(),
});
const metaspace = z.strictObject({
  type: z.literal("Metaspace"),
  replacement: z.literal(BLANK),
  prepend_scheme: z.enum(["always", "first", "never"]),
  split: z.literal(false),
});
const byteSteps = z.union([byteLevel, digits, split]);
const charSteps = z.union([blankSplit, metaspace]);

const blanks = z.strictObject({
  type: z.literal("Replace"),
  pattern: z.strictObject({ String: z.literal(" ") }),
  content: z.literal(BLANK),
});
const normalisers = z.union([
  z.strictObject({ type: z.literal("NFC") }),
  z.strictObject({ type: z.literal("Prepend"), prepend: z.literal(BLANK) }),
  blanks,
]);

const MOST_STEPS = 32;
const MOST_DEPTH = 8; // of sequences in one another

/** Steps that may follow the merging: special tokens around the text, which the prompt format handles here, and the conversion back to text. */
const POST_PROCESSORS = ["ByteLevel", "TemplateProcessing"];
const DECODERS: Readonly<Record<Alphabet, readonly string[]>> = {
  bytes: ["ByteLevel"],
  characters: ["Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"],
};

/**
 * The pipeline of a tokenizer.json. A space that it would put before a text is left out: texts here are parts of a prompt, and a format that
 * needs the space writes it itself.
 * @throws UserError modelUnsupported, naming the step
 */
export function readPipeline(steps: Steps, ignoreMerges: boolean): Pipeline {
  const before = flatten(steps.normalizer, "normalizers").map((step) => known(normalisers, step, "normalizer"));
  const cuts = flatten(steps.pre_tokenizer, "pretokenizers");
  const nfc = before.some(({ type }) => type === "NFC");
  const alphabet = cuts.some((step) => typeOf(step) === "ByteLevel") ? "bytes" : "characters";
  for (const step of flatten(steps.post_processor, "processors")) allow(POST_PROCESSORS, step, "post_processor");
  for (const step of flatten(steps.decoder, "decoders")) allow(DECODERS[alphabet], step, "decoder");
  if (alphabet === "bytes") {
    const other = before.find(({ type }) => type !== "NFC");
    if (other) throw modelUnsupported(`the normalizer ${other.type} of its tokenizer changes bytes`);
    return bytePipeline({
      patterns: patternsOf(cuts.map((step) => known(byteSteps, step, "pre_tokenizer"))),
      ...(nfc && { nfc }),
      ...(ignoreMerges && { ignoreMerges }),
    });
  }
  const seen = cuts.map((step) => known(charSteps, step, "pre_tokenizer"));
  if (!before.some(({ type }) => type === "Replace") && !seen.some(({ type }) => type === "Metaspace")) {
    throw modelUnsupported(`its tokenizer neither merges bytes nor has "${BLANK}" for blanks`);
  }
  return charPipeline({ nfc, ignoreMerges });
}

/** A pipeline over bytes that cuts by the given patterns. @throws UserError modelUnsupported where a pattern cannot be translated */
export function bytePipeline({ patterns, nfc = false, ignoreMerges = false }: CuttingOptions): Pipeline {
  const fused = patterns.length === 2 && patterns[0] === DIGIT && patterns[1] === GPT2;
  if (patterns.length > MOST_STEPS) throw modelUnsupported(`its tokenizer cuts text in ${patterns.length} steps`);
  const linear = patterns.map(linearPattern);
  return {
    alphabet: "bytes",
    normalise: nfc ? composed : unchanged,
    split: fused ? splitPieces : splitByPatterns(linear),
    lineCut: lineCutOf(patterns.map(sourceOf)),
    ignoreMerges,
  };
}

type CuttingOptions = { [Key in keyof Cutting]: Key extends "patterns" ? Cutting[Key] : boolean };

export function charPipeline({ nfc = false, ignoreMerges = false } = {}): Pipeline {
  return {
    alphabet: "characters",
    normalise: (text) => (nfc ? composed(text) : text).replaceAll(" ", BLANK),
    split: splitByPatterns([]),
    lineCut: "after",
    ignoreMerges,
  };
}

const unchanged = (text: string): string => text;

/** Canonical composition (NFC). It leaves characters below U+0300 unchanged, and code seldom has others. */
const composed = (text: string): string => (/[^\0-\u02ff]/.test(text) ? text.normalize("NFC") : text);

function patternsOf(steps: readonly z.infer<typeof byteSteps>[]): string[] {
  return steps.flatMap((step, index): string[] => {
    if (step.type === "Digits") return [step.individual_digits ? DIGIT : `${DIGIT}+`];
    if (step.type === "Split") return ["Regex" in step.pattern ? step.pattern.Regex : escaped(step.pattern.String)];
    if (index !== steps.length - 1) throw modelUnsupported("its tokenizer cuts text after ByteLevel");
    return step.use_regex ? [GPT2] : [];
  });
}

const escaped = (text: string): string =>
  text.replace(/[^A-Za-z0-9 ]/gu, (char) => (char < "\u0080" ? `\\${char}` : char));

const sourceOf = (pattern: string): string => translatePattern(pattern).source;
const gpt2Sources = new Set([DIGIT, GPT2].map(sourceOf));
const endingSources = new Set(ENDING_AT_BREAKS.map(sourceOf));
const lineBreakSource = sourceOf(LINE_BREAK_ALONE);

/** @param sources of the translated patterns, in their order */
function lineCutOf(sources: readonly string[]): LineCut {
  if (sources[0] === lineBreakSource) return "after";
  if (sources.at(-1) === sourceOf(GPT2) && sources.every((source) => gpt2Sources.has(source))) return "before";
  return sources.length > 0 && sources.every((source) => endingSources.has(source)) ? "after" : "none";
}

/** The steps of a sequence, a single step as a list, or an empty list. */
function flatten(step: unknown, list: string, depth = 0): unknown[] {
  if (step === null || step === undefined) return [];
  if (typeOf(step) !== "Sequence") return [step];
  if (depth === MOST_DEPTH)
    throw modelUnsupported(`its tokenizer has sequences within sequences, more than ${depth} deep`);
  const inner = (step as Record<string, unknown>)[list];
  if (!Array.isArray(inner)) throw modelUnsupported(`a sequence of its tokenizer has no "${list}"`);
  return inner.flatMap((item) => flatten(item, list, depth + 1));
}

/** What a message says of a step that is not known. */
function shown(step: unknown): string | undefined {
  try {
    return JSON.stringify(step)?.slice(0, 200);
  } catch {
    return String(typeOf(step)).slice(0, 200); // too deep to be written
  }
}

const typeOf = (step: unknown): unknown =>
  typeof step === "object" && step !== null ? (step as { type?: unknown }).type : undefined;

/** @throws UserError modelUnsupported */
function known<T>(schema: z.ZodType<T>, step: unknown, key: string): T {
  const parsed = schema.safeParse(step);
  if (parsed.success) return parsed.data;
  throw modelUnsupported(`the "${key}" of its tokenizer has the step ${shown(step)}`);
}

/** @throws UserError modelUnsupported */
function allow(types: readonly string[], step: unknown, key: string): void {
  if (!types.includes(String(typeOf(step)))) {
    throw modelUnsupported(`the "${key}" of its tokenizer has the step ${shown(step)}`);
  }
}
