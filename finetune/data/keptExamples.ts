// Kept examples of a person's use (src/feedback/examples.ts) as training data: which of them teach, with what weight, and which are held out to judge
// by. What stood there in the end is the target, whatever was suggested. Reads the two files; the rest is pure.

import path from "node:path";
import * as z from "zod";
import { REDACTED } from "../../common/rules/redactSecrets.ts";
import { readCappedSync } from "../../common/util/cappedRead.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import { realRoot } from "../../common/util/realRoot.ts";
import { EXAMPLES_NAME, MAX_EXAMPLES_BYTES, OLDER_EXAMPLES_NAME } from "../../src/feedback/keptExample.ts";
import { editSimilarity } from "../editSimilarity.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import type { Gap } from "./examples.ts";

/** Reasons for not learning from a kept example, with the words shown to the user. */
export const EXAMPLE_DROPS = {
  oldForm: "kept by an earlier version, without what stood there in the end",
  unreadable: "damaged lines of the file",
  otherFolder: "from other folders",
  heldOutFile: "in files that are held out",
  notLearntFile: "in files that are not learnt from",
  unknownEnd: "what stood there in the end is not known",
  unread: "gone before they could be read",
  secret: "held a secret",
  empty: "nothing was written there",
  otherText: "what stood there in the end has little to do with them",
  asSuggested: "written by hand as suggested",
  repeated: "the same line again",
  unfit: "too long, or nothing before them",
  sizeCap: "beyond 15 % of what is learnt; the latest are kept",
} as const;
export type ExampleDrop = keyof typeof EXAMPLE_DROPS;

export type ExampleDrops = Partial<Record<ExampleDrop, number>>;

/** A place to learn: what stood there is its gap's middle. */
export interface Lesson {
  path: string;
  languageId: string;
  gap: Gap;
  weight: number; // beside 1 for the workspace's own code
  atMs: number; // since 1970
}

/** The share of the lessons, the latest, that is held out. */
const HELD_OUT_SHARE = 0.2;

/** The weights of a lesson, by what became of the suggestion. */
const WEIGHTS = { kept: 1, corrected: 1.5, typed: 0.3 } as const;
/** Edit similarity of what was shown and what stands there, below which one has nothing to do with the other, and from which both are the same. */
const SIMILAR = { least: 0.3, same: 0.9 } as const;
const LEAST_EXPECTED = 3; // characters of a held-out case that are not white space

const ENDINGS = ["accepted", "partlyAccepted", "typedThrough", "rejected", "unread", "undone"] as const;

/** Those of its fields that are used. */
const exampleSchema = z.object({
  version: z.literal(2),
  at: z.iso.datetime(),
  file: z.string(),
  languageId: z.string(),
  before: z.string(),
  tail: z.string(),
  after: z.string(),
  shown: z.object({ text: z.string(), ending: z.enum(ENDINGS) }).optional(),
  final: z.string().optional(),
});

export type ReadExample = z.infer<typeof exampleSchema>;

export interface KeptExamples {
  examples: ReadExample[];
  dropped: ExampleDrops;
}

/** All kept examples of the user; none where there is no such file. */
export function readKeptExamples(dataDir: string): KeptExamples {
  const examples: ReadExample[] = [];
  const drops = new Drops();
  for (const name of [OLDER_EXAMPLES_NAME, EXAMPLES_NAME]) {
    const read = readCappedSync(path.join(dataDir, name), MAX_EXAMPLES_BYTES);
    if ("unread" in read) continue;
    for (const line of read.bytes.toString("utf8").split("\n")) {
      if (line === "") continue;
      const value = parsedJson(line);
      const example = exampleSchema.safeParse(value);
      if (example.success) examples.push(example.data);
      else drops.add((value as { version?: unknown } | undefined)?.version === 1 ? "oldForm" : "unreadable");
    }
  }
  return { examples, dropped: drops.counts };
}

/** What a workspace's split says of a path relative to its root. */
export type PlaceInSplit = "train" | "heldOut" | undefined; // undefined: it is not learnt from

/** What is learnt from the kept examples of a workspace, the latest first, and what judges it. */
export interface ChosenExamples {
  lessons: Lesson[];
  heldOut: HeldOutCase[];
  /** By path, the lines that stand in held-out cases, trimmed: they must not be learnt from the files either. */
  heldOutLines: ReadonlyMap<string, ReadonlySet<string>>;
  dropped: ExampleDrops;
}

/** @param root the workspace's folder, with its links resolved */
export function chooseExamples(
  { examples, dropped }: KeptExamples,
  root: string,
  placeOf: (path: string) => PlaceInSplit,
): ChosenExamples {
  const drops = new Drops(dropped);
  const seen = new Set<string>();
  const lessons: Lesson[] = [];
  const realFolder = folders();
  for (const example of examples.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))) {
    const relative = path.relative(
      root,
      path.join(realFolder(path.dirname(example.file)), path.basename(example.file)),
    );
    if (relative.startsWith("..") || path.isAbsolute(relative)) {
      drops.add("otherFolder");
      continue;
    }
    const lesson = lessonOf(example, relative.replaceAll(path.sep, "/"), placeOf);
    if (typeof lesson === "string") drops.add(lesson);
    else if (seen.has(lineKeyOf(lesson))) drops.add("repeated");
    else {
      seen.add(lineKeyOf(lesson));
      lessons.push(lesson);
    }
  }
  const held = lessons.splice(0, Math.floor(lessons.length * HELD_OUT_SHARE));
  const heldOutLines = linesOf(held);
  return {
    lessons: lessons.map((lesson) => ({ ...lesson, gap: gapWithoutLines(lesson.gap, heldOutLines.get(lesson.path)) })),
    heldOut: held.flatMap(caseOf),
    heldOutLines,
    dropped: drops.counts,
  };
}

/** Held-out lines do not stand around a lesson either. */
function gapWithoutLines({ prefix, middle, suffix }: Gap, heldOut: ReadonlySet<string> | undefined): Gap {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const lineEnd = suffix.includes("\n") ? suffix.indexOf("\n") : suffix.length;
  return {
    prefix: withoutLines(prefix.slice(0, lineStart), heldOut) + prefix.slice(lineStart),
    middle,
    suffix: suffix.slice(0, lineEnd) + withoutLines(suffix.slice(lineEnd), heldOut),
  };
}

function lessonOf(example: ReadExample, file: string, placeOf: (path: string) => PlaceInSplit): Lesson | ExampleDrop {
  const weight = weightOf(example);
  if (typeof weight === "string") return weight;
  const place = placeOf(file);
  if (place !== "train") return place === undefined ? "notLearntFile" : "heldOutFile";
  const { languageId, before, tail, after, final = "" } = example;
  if ([before, tail, after, final].some((text) => text.includes(REDACTED))) return "secret";
  const goesOn = tail !== "" && final.endsWith(tail); // what stood behind the cursor still does
  const middle = goesOn ? final.slice(0, -tail.length) : final;
  if (middle.trim() === "") return "empty";
  const gap = { prefix: before, middle, suffix: (goesOn ? tail : "") + after };
  return { path: file, languageId, gap, weight, atMs: Date.parse(example.at) };
}

/** The weight of an example, or why it teaches nothing. */
export function weightOf({ shown, final }: Pick<ReadExample, "shown" | "final">): number | ExampleDrop {
  if (final === undefined) return "unknownEnd";
  if (final.trim() === "") return "empty";
  if (!shown) return WEIGHTS.typed;
  if (shown.ending === "unread") return "unread";
  const similarity = editSimilarity(shown.text, final);
  if (similarity < SIMILAR.least) return "otherText";
  if (similarity < SIMILAR.same) return WEIGHTS.corrected;
  return shown.ending === "accepted" || shown.ending === "partlyAccepted" ? WEIGHTS.kept : "asSuggested";
}

/** The line that a lesson is about: suggestions follow each other on it. */
const lineKeyOf = ({ path: file, gap: { prefix, middle, suffix } }: Lesson): string =>
  JSON.stringify([file, wholeLines(prefix, middle, suffix)]);

const wholeLines = (prefix: string, middle: string, suffix: string): string =>
  prefix.slice(prefix.lastIndexOf("\n") + 1) + middle + suffix.split("\n", 1)[0];

/** The case of a lesson: the rest of its first line. None where that is hardly anything. */
function caseOf({ path: file, gap: { prefix, middle, suffix }, atMs }: Lesson): HeldOutCase[] {
  const [first = "", ...others] = (middle + suffix).split("\n");
  const expected = first.trimEnd();
  if (expected.replace(/\s/g, "").length < LEAST_EXPECTED) return [];
  const rest = ["", ...others].join("\n");
  return [{ id: `${file}@${new Date(atMs).toISOString()}`, path: file, prefix, suffix: rest, expected, kind: "line" }];
}

function linesOf(lessons: readonly Lesson[]): Map<string, Set<string>> {
  const lines = new Map<string, Set<string>>();
  for (const { path: file, gap } of lessons) {
    const own = lines.get(file) ?? new Set();
    lines.set(file, own);
    for (const line of wholeLines(gap.prefix, gap.middle, gap.suffix).split("\n")) own.add(line.trim());
  }
  return lines;
}

/** A text without the lines that are held out. */
export function withoutLines(text: string, heldOut: ReadonlySet<string> | undefined): string {
  if (!heldOut) return text;
  const isKept = (line: string) => line.trim() === "" || !heldOut.has(line.trim());
  return text.split("\n").filter(isKept).join("\n");
}

/** Resolves the links of folders, each once. A folder that is gone stays as it is. */
function folders(): (folder: string) => string {
  const known = new Map<string, string>();
  return (folder) => {
    const found = known.get(folder) ?? realRoot(folder);
    known.set(folder, found);
    return found;
  };
}

class Drops {
  readonly counts: ExampleDrops;

  constructor(counts: ExampleDrops = {}) {
    this.counts = { ...counts };
  }

  add(reason: ExampleDrop): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }
}
