// The text of a test file: imports, one test for each call, in the repository's style. Pure.

import { quoted } from "../../typescript/pieces/style.ts";
import type { House } from "./house.ts";
import type { Outcome } from "./sandboxProcess.ts";

export interface KnownCall {
  call: string; // as it stands after the function's name
  outcome: Extract<Outcome, { text: string }>;
}

const MOST_TITLE_UNITS = 100;

/** Stands in each file: nobody has said that what the code does is right. */
export const RECORDED =
  "// Records what the code does now: each expected value came from running it. Nobody has said that it is right.";

/** A function, as a test names it and as its module exports it. */
export interface Named {
  name: string;
  exported: string;
}

export function testText(house: House, named: Named, calls: readonly KnownCall[]): string {
  const { newline } = house.style;
  const body = calls.flatMap((one) => ["", ...testLines(house, named.name, one)]);
  return [...header(house, named, calls), "", RECORDED, ...body, ""].join(newline);
}

/** A file for a function that is not run: what a person has to write. */
export function skeletonText(house: House, named: Named, why: string): string {
  const { runner, word, style } = house;
  const { quote, semicolon, newline } = style;
  const title = quoted(named.name, quote);
  const todo = runner === "mocha" ? `${word}(${title})${semicolon}` : `${word}.todo(${title})${semicolon}`;
  const imports = header(house, named, []).filter((line) => !/\bassert\b/.test(line));
  return [...imports, "", `// Not run by Sotto: ${why}.`, todo, ""].join(newline);
}

function header(
  { runner, word, specifier, isRequired, style }: House,
  { name, exported }: Named,
  calls: readonly KnownCall[],
): string[] {
  const { quote, semicolon } = style;
  const load = (what: string, from: string) =>
    isRequired
      ? `const ${what.replaceAll(" as ", ": ")} = require(${quoted(from, quote)})${semicolon}`
      : `import ${what} from ${quoted(from, quote)}${semicolon}`;
  const lines: string[] = [];
  const needsAssert = runner === "node:test" || runner === "mocha";
  if (needsAssert && calls.length > 0) lines.push(load("assert", "node:assert/strict"));
  if (runner === "node:test") lines.push(load(`{ ${word} }`, "node:test"));
  if (runner === "vitest") lines.push(load(`{ expect, ${word} }`, "vitest"));
  lines.push(load(exported === "default" ? name : `{ ${name} }`, specifier));
  return lines;
}

function testLines({ runner, word, style }: House, name: string, { call, outcome }: KnownCall): string[] {
  const { quote, semicolon, indent } = style;
  const { kind, text, isAsync } = outcome;
  const said = `${name}${call}`;
  const made = inQuotes(text, quote);
  const invoked = `${name}${inQuotes(call, quote)}`;
  const hasExpect = runner === "vitest" || runner === "jest";
  const title = quoted(shortened(kind === "throws" ? `${said} throws` : `${said} gives ${text}`), quote);
  const lines = [`${word}(${title}, ${isAsync ? "async " : ""}() => {`];
  if (kind === "throws") {
    const { name: errorName, message } = JSON.parse(text) as { name: string; message: string };
    const wanted = `{ name: ${quoted(errorName, quote)}, message: ${quoted(message, quote)} }`;
    const error = `expect.objectContaining(${wanted})`; // any class of error: an own one need not be exported
    if (hasExpect && isAsync) lines.push(`${indent}await expect(${invoked}).rejects.toThrow(${error})${semicolon}`);
    else if (hasExpect) lines.push(`${indent}expect(() => ${invoked}).toThrow(${error})${semicolon}`);
    else if (isAsync) lines.push(`${indent}await assert.rejects(async () => ${invoked}, ${wanted})${semicolon}`);
    else lines.push(`${indent}assert.throws(() => ${invoked}, ${wanted})${semicolon}`);
  } else if (hasExpect)
    lines.push(
      `${indent}${isAsync ? "await " : ""}expect(${invoked})${isAsync ? ".resolves" : ""}.toStrictEqual(${made})${semicolon}`,
    );
  else lines.push(`${indent}assert.deepEqual(${isAsync ? "await " : ""}${invoked}, ${made})${semicolon}`);
  return [...lines, `})${semicolon}`];
}

/** Strings of an expression, written with the file's quotes; long ones stay. */
const inQuotes = (text: string, quote: string): string =>
  quote === '"' ? text : text.replace(/"(?:[^"\\\n]|\\.){0,200}"/g, (one) => singleQuoted(one, quote));

function singleQuoted(text: string, quote: string): string {
  try {
    return quoted(JSON.parse(text) as string, quote);
  } catch {
    return text;
  }
}

const shortened = (text: string): string =>
  text.length <= MOST_TITLE_UNITS ? text : `${text.slice(0, MOST_TITLE_UNITS - 1)}…`;
