// Makes own.jsonl: evaluation cases from this repository and from dependencies with permissive licences. The same files give the same cases.
// Run again only on purpose (`node lab/evaluate/makeOwnCases.ts`): figures from before and after cannot be compared. That is why zod is still among them,
// though both adapters were trained on it: what is right in its 9 cases of 59 proves less. The packages' notices are in docs/notices.md.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EvaluationCase } from "../../cli/evaluation/cases.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import type { SyntaxNode } from "../../common/syntax/syntax.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Files with hand-written, readable code. Licences are those of the packages' package.json. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "": [
    "cli/sourceFile.ts",
    "cli/evaluation/metrics.ts",
    "common/util/cacheDir.ts",
    "server/host/protocol/endpoint.ts",
    "server/host/scheduler.ts",
    "server/engine/prompt/packPrompt.ts",
  ],
  zod: ["src/v4/core/doc.ts", "src/v4/core/registries.ts", "src/v4/core/parse.ts"],
  "onnxruntime-common": [
    "lib/backend-impl.ts",
    "lib/inference-session-impl.ts",
    "lib/tensor-impl.ts",
    "lib/tensor-conversion-impl.ts",
  ],
  "vscode-jsonrpc": ["lib/common/cancellation.js", "lib/common/linkedMap.js", "lib/common/messageReader.js"],
  mocha: ["lib/plugin-loader.js", "lib/runnable.js"],
  diff: ["libesm/diff/base.js", "libesm/patch/apply.js"],
};

const KINDS = ["line", "single", "multi"] as const;
type Kind = (typeof KINDS)[number];

const MAX_PREFIX_CHARS = 3500;
const MAX_SUFFIX_CHARS = 1000;
const MULTI_LINES = { least: 2, most: 6 };
const LINE_CHARS = { least: 10, most: 90 }; // of the text that is asked for
const CURSORS_IN_LINE = /(?:=> |[=(.:] ?|return |\{ )(?=\S)/g; // where a person stops and waits

const parsers = await createParsers();

/** One case of each kind that the file has a place for. */
function casesOf(packageName: string, file: string): EvaluationCase[] {
  const folder = packageName === "" ? root : path.join(root, "node_modules", packageName);
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const text = readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n");
  const languageId = languageOfPath(file) ?? "";
  const tree = parsers.for(languageId)?.parse(text);
  if (!tree) throw new Error(`${file} has no syntax tree`);
  const random = randomOf(`${name}/${file}`);
  const statements = descendants(tree.rootNode).filter((node) => isWhole(node, text));

  return KINDS.flatMap((kind, index) => {
    const candidates = statements.flatMap((node) => spansOf(kind, node, text));
    if (candidates.length === 0) return [];
    const [start, end] = candidates[Math.floor(random() * candidates.length)];
    const value: EvaluationCase = {
      id: `own/${name}/${file}/${kind}${index}`,
      source: `${name}@${version}`,
      licence: license,
      language: languageId as EvaluationCase["language"],
      kind,
      path: file,
      prefix: endOf(text.slice(0, start), MAX_PREFIX_CHARS),
      suffix: startOf(text.slice(end), MAX_SUFFIX_CHARS),
      expected: text.slice(start, end),
    };
    return [value];
  });
}

/** Whether the node is a statement or member that begins and ends with its lines. */
function isWhole(node: SyntaxNode, text: string): boolean {
  if (!/(statement|declaration|definition|signature)$/.test(node.type)) return false;
  if (/^(import|export)_/.test(node.type)) return false;
  const before = text.slice(lineStart(text, node.startIndex), node.startIndex);
  return before.trim() === "" && /^[;,]?[ \t]*\n/.test(text.slice(node.endIndex, node.endIndex + 3));
}

/** The texts to ask for in a statement, as [start, end] offsets. */
function spansOf(kind: Kind, node: SyntaxNode, text: string): [number, number][] {
  const start = lineStart(text, node.startIndex);
  const end = text.indexOf("\n", node.endIndex) + 1;
  const lines = node.endPosition.row - node.startPosition.row + 1;
  if (kind === "multi") return lines >= MULTI_LINES.least && lines <= MULTI_LINES.most ? [[start, end]] : [];
  const firstEnd = text.indexOf("\n", start);
  const line = text.slice(node.startIndex, firstEnd);
  if (!isGood(line)) return [];
  if (kind === "single") return lines === 1 ? [[start, firstEnd + 1]] : [];
  const inside = [...line.matchAll(CURSORS_IN_LINE)].map((match) => match.index + match[0].length);
  return [0, ...inside]
    .filter((at) => isGood(line.slice(at)))
    .map((at): [number, number] => [node.startIndex + at, firstEnd]);
}

const isGood = (line: string): boolean =>
  line.trim().length >= LINE_CHARS.least &&
  line.length <= LINE_CHARS.most &&
  /\w/.test(line) &&
  !/__esModule|^exports\./.test(line); // what a compiler wrote

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** The end of `text`, from the start of a line. */
function endOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(-maxChars);
  return cut.slice(cut.indexOf("\n") + 1);
}

/** The start of `text`, to the end of a line. */
function startOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return text.slice(0, text.lastIndexOf("\n", maxChars) + 1);
}

function descendants(node: SyntaxNode): SyntaxNode[] {
  return [node, ...node.namedChildren.flatMap(descendants)];
}

/** Numbers between 0 and 1 that depend on `seed` only (FNV-1a, then mulberry32). */
function randomOf(seed: string): () => number {
  let state = 2166136261;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const cases = Object.entries(FILES).flatMap(([name, files]) => files.flatMap((file) => casesOf(name, file)));
writeFileSync(
  path.join(import.meta.dirname, "../../test/eval/own.jsonl"),
  `${cases.map((value) => JSON.stringify(value)).join("\n")}\n`,
);
process.stderr.write(`${cases.length} cases\n`);
