// How often the next line is right where names and comments are not English: the same 40 places in ten plain functions, with the names and comments
// in six natural languages (namingLanguages.json, written for this and in no training set), greedy and without filters.
//
// node lab/evaluate/namingLanguages.ts [--tier quick|strong] [--show]

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadLocalModel } from "../../cli/model.ts";
import { norm } from "../../finetune/norm.ts";

const LANGUAGES = ["English", "German", "French", "Spanish", "Chinese", "Japanese"] as const;
const MAX_TOKENS = 64;

interface Function {
  path: string;
  languageId: string;
  text: string; // {c:camel case}, {P:pascal case}, {s:snake case}, {t:as it stands}; a line that begins with █ is a place
}
interface Place {
  path: string;
  languageId: string;
  prefix: string;
  suffix: string;
  expected: string;
}

const { functions, words } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "namingLanguages.json"), "utf8"),
) as { functions: Function[]; words: Record<string, string[]> };

const option = { type: "string" } as const;
const { values } = parseArgs({ options: { tier: option, show: { type: "boolean", default: false } } });
const model = await loadLocalModel({ id: values.tier ?? "quick", threads: undefined });

for (const [index, language] of LANGUAGES.entries()) {
  let right = 0;
  let tokens = 0;
  const places = functions.flatMap((one) => placesOf(one, index));
  for (const { expected, ...place } of places) {
    const call = {
      prompt: { ...place, pieces: [] },
      maxTokens: MAX_TOKENS,
      sampling: { temperature: 0 },
      stop: ["\n"],
    };
    const { text } = await model.generate(call, () => {}, new AbortController().signal);
    const scored = await model.score!({ prompt: call.prompt, text: expected }, new AbortController().signal);
    tokens += scored.tokens.length;
    const isRight = norm(text) === norm(expected);
    if (isRight) right++;
    if (values.show)
      console.log(`${isRight ? "=" : "≠"} ${language} ${JSON.stringify(text)} | ${JSON.stringify(expected)}`);
  }
  console.log(`${language}: ${right} of ${places.length} lines right; ${tokens} tokens in what was written`);
}
model.dispose();

/** Each marked line with the text around it, in one natural language. */
function placesOf({ path: file, languageId, text }: Function, language: number): Place[] {
  const lines = text.split("\n");
  const written = (some: readonly string[]) =>
    some.map((line) => translated(line.replace("█", ""), language)).join("\n");
  return lines.flatMap((line, at) => {
    if (!line.startsWith("█")) return [];
    const whole = translated(line.slice(1), language);
    const expected = whole.trimStart();
    const indent = whole.slice(0, whole.length - expected.length);
    return {
      path: file,
      languageId,
      prefix: `${written(lines.slice(0, at))}\n${indent}`,
      suffix: `\n${written(lines.slice(at + 1))}`,
      expected,
    };
  });
}

function translated(line: string, language: number): string {
  return line.replace(/\{([cPst]):([^}]*)\}/g, (_, form: string, phrase: string) => {
    const said = language === 0 ? phrase : words[phrase]?.[language - 1];
    if (said === undefined) throw new Error(`no ${LANGUAGES[language]} for ${phrase}`);
    if (form === "t") return said;
    const parts = said.split(" ");
    if (form === "s") return parts.join("_");
    return parts.map((part, i) => (i === 0 && form === "c" ? part : part[0]!.toUpperCase() + part.slice(1))).join("");
  });
}
