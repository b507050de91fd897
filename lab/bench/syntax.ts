// Bench: what a keystroke costs in syntax. An edit of an open TypeScript document, its tree, and all that is asked of it at the cursor,
// in files of 2,000 to 100,000 lines, or in the middle of a given file; and the definitions of the whole file.
// `node lab/bench/syntax.ts [--build wasm] [--file a.ts]`. Ends with one JSON line on stdout.

import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { definitionsOf } from "../../common/syntax/definitions.ts";
import { importsOf } from "../../common/syntax/imports.ts";
import { languageSyntax } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { regionAt } from "../../common/syntax/region.ts";
import { scopePath } from "../../common/syntax/scopes.ts";
import { Documents } from "../../src/workspace/documents.ts";
import { machine, quantile } from "./support/reporting.ts";

const { values } = parseArgs({ options: { build: { type: "string", default: "native" }, file: { type: "string" } } });
const KEYSTROKES = 1_000;
const PAUSE_MS = 80;
const UNFINISHED = "it is still being parsed";
const TYPED = "const value = items.map((item) => item.size + offset);\n    ";
const uri = "file:///a.ts";

/** Ten lines, about 340 units. */
const unit = (i: number) => `/** Sums what fits. */
export class Sum${i} extends Base<number> {
  readonly #items: Map<string, number> = new Map();
  add(name: string, count = ${i}): number {
    const known = this.#items.get(name) ?? 0;
    if (count < 0) throw new RangeError(\`\${name} below zero: \${count}\`);
    this.#items.set(name, known + count);
    return known + count;
  }
}
`;
const textOf = (lines: number) =>
  `import { Base } from "./base.ts";\n${Array.from({ length: lines / 10 }, (_, i) => unit(i)).join("")}`;

const parsers = await createParsers(values.build);
const language = languageSyntax("typescript")!;
const figures: Record<string, number> = {};
const note = (name: string, ms: number[]) => {
  figures[`${name}.p50Ms`] = +quantile(ms, 0.5).toFixed(2);
  figures[`${name}.p99Ms`] = +quantile(ms, 0.99).toFixed(2);
  figures[`${name}.maxMs`] = +Math.max(...ms).toFixed(2);
};

const given = values.file === undefined ? undefined : readFileSync(values.file, "utf8");
for (const lines of given === undefined ? [2_000, 30_000, 100_000] : [given.split("\n").length]) {
  const documents = new Documents({ parsers, relativePath: () => "a.ts" });
  const text = given ?? textOf(lines);
  const document = documents.open({ uri, languageId: "typescript", version: 1, text });
  const openMs = performance.now();
  while (!document.tree && document.noTree === UNFINISHED) await setImmediate();
  figures[`${lines}.firstTreeMs`] = +(performance.now() - openMs).toFixed(1);
  if (!document.tree) console.error(`${lines} lines: no tree, ${document.noTree}`);
  const line = Math.floor(lines / 2 / 10) * 10 + 5; // in the text that is made here: after `const known = …;`
  let at = document.text.offsetAt({ line: line + 1, character: 0 }) - 1;
  const times: Record<"parse" | "scope" | "region" | "imports" | "all", number[]> = {
    parse: [],
    scope: [],
    region: [],
    imports: [],
    all: [],
  };
  const timed = (name: keyof typeof times, run: () => unknown) => {
    const startMs = performance.now();
    run();
    times[name].push(performance.now() - startMs);
  };
  for (let i = 0; i < KEYSTROKES; i++, at++) {
    const position = document.text.positionAt(at);
    const change = { range: { start: position, end: position }, text: TYPED[i % TYPED.length]! };
    timed("all", () => {
      timed("parse", () => {
        documents.change({ textDocument: { uri, version: i + 2 }, contentChanges: [change] });
        return document.tree;
      });
      const { tree } = document;
      const now = document.text.getText();
      if (!tree) return;
      timed("scope", () => scopePath(now, at + 1, tree, language));
      timed("region", () => regionAt(now, at + 1, tree, language));
      timed("imports", () => importsOf(now, tree, language));
    });
    const pauseMs = performance.now() + PAUSE_MS; // what a person's hand leaves, if something is to be done
    await setImmediate();
    while (document.noTree === UNFINISHED && performance.now() < pauseMs) await setImmediate();
  }
  for (const [name, ms] of Object.entries(times)) if (ms.length > 0) note(`${lines}.${name}`, ms.slice(20));
  figures[`${lines}.withoutTree`] = KEYSTROKES - times.scope.length;
  if (document.tree) {
    const startMs = performance.now();
    figures[`${lines}.definitions`] = definitionsOf(document.text.getText(), document.tree, language).length;
    figures[`${lines}.definitionsMs`] = +(performance.now() - startMs).toFixed(0);
  }
  documents.close(uri);
}
console.log(JSON.stringify({ bench: "syntax", build: parsers.kind, ...figures, machine: machine("cpu") }));
