// Evaluation cases: reads them from JSON Lines into the form in which they are run. Never runs one.

import { readFileSync } from "node:fs";
import { z } from "zod";
import { badInput } from "../../common/errors.ts";
import { languageIds } from "../../common/syntax/languages.ts";
import { asReadError } from "../sourceFile.ts";

const crossfileChunk = z.object({
  path: z.string().min(1),
  text: z.string(),
  role: z.string().optional(), // "gold" marks the chunk that holds the answer; retrieval never sees it
});

const evaluationCase = z
  .object({
    id: z.string().min(1),
    source: z.string(),
    licence: z.string(),
    language: z.enum(languageIds),
    kind: z.string().min(1),
    path: z.string().min(1),
    prefix: z.string(),
    suffix: z.string(),
    expected: z.string().nullable(), // null: only the test can judge
    stop: z.array(z.string().min(1)).optional(), // stop sequences of a completion that nothing else ends (kind body)
    crossfile: z.array(crossfileChunk).optional(),
    target: z.string().min(1).optional(), // a name that another file declares
    in_suffix: z.boolean().optional(), // whether `target` also stands after the cursor
    test: z.string().optional(),
    runner: z.enum(["python", "node", "tsnode"]).optional(),
  })
  .refine((value) => (value.test === undefined) === (value.runner === undefined), {
    message: "test and runner belong together",
  });

export type CrossfileChunk = z.infer<typeof crossfileChunk>;
export type EvaluationCase = z.infer<typeof evaluationCase> & {
  movedBreak?: string; // the line break that ended `expected` in the file and is now at the beginning of `suffix`
};

/** Kinds whose cases are run as if a person had asked for a completion; the others are one line long. */
const EXPLICIT_KINDS: ReadonlySet<string> = new Set(["span", "multi", "body"]);

export const isExplicitKind = (kind: string): boolean => EXPLICIT_KINDS.has(kind);

/**
 * The cases of a JSON Lines file, in order. Blank lines are skipped. A line break that ends `expected` moves to the head of `suffix`.
 * @throws UserError naming the line when one is no case or repeats an id
 */
export function readCases(file: string): EvaluationCase[] {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw asReadError(error, file);
  }
  const seen = new Set<string>();
  const cases: EvaluationCase[] = [];
  for (const [index, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = parseCase(line, `Line ${index + 1} of ${file}`);
    if (seen.has(parsed.id))
      throw badInput(`Line ${index + 1} of ${file} repeats the id ${parsed.id}.`, "Give each case an id of its own.");
    seen.add(parsed.id);
    cases.push(withBreakInSuffix(parsed));
  }
  if (cases.length === 0)
    throw badInput(`${file} holds no case.`, "Choose a JSON Lines file with a case on each line.");
  return cases;
}

function parseCase(line: string, where: string): EvaluationCase {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw badInput(`${where} is not JSON.`, "Correct that line.");
  }
  const result = evaluationCase.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue.path.join(".");
  throw badInput(`${where} is not a case: ${field === "" ? "" : `${field}: `}${issue.message}.`, "Correct that line.");
}

function withBreakInSuffix(value: EvaluationCase): EvaluationCase {
  const lineBreak = /\r?\n$/.exec(value.expected ?? "")?.[0];
  if (value.expected === null || lineBreak === undefined) return value;
  return {
    ...value,
    expected: value.expected.slice(0, -lineBreak.length),
    suffix: lineBreak + value.suffix,
    movedBreak: lineBreak,
  };
}

/** `limit` evenly spaced cases, so that a sample has some of every part of the file; all of them where `limit` is larger. */
export function sampleCases<T>(cases: readonly T[], limit: number | undefined): T[] {
  if (limit === undefined || limit >= cases.length) return [...cases];
  return Array.from({ length: limit }, (_, index) => cases[Math.floor((index * cases.length) / limit)]);
}

/** The case as an open document; the cursor is after the prefix. */
export function documentItem({ path, prefix, suffix, language }: EvaluationCase) {
  const hasMarkup = /\.[jt]sx$/.test(path) && /^(type|java)script$/.test(language);
  const languageId = hasMarkup ? `${language}react` : language;
  return { uri: `case:/${path}`, path, languageId, text: prefix + suffix };
}
