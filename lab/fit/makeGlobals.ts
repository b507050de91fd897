// Makes src/completion/symbols/globals.json: the names that a program knows without declaring them. Names only, told by the trees of TypeScript's
// own lib files, of @types/node and @types/vscode, and by Python itself. Run it again after an update of those.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { languageSyntax } from "../../common/syntax/languages.ts";
import { nameRules, Scopes } from "../../common/syntax/names/bindings.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import type { SyntaxNode } from "../../common/syntax/syntax.ts";
import { root } from "../../scripts/steps.ts";

const LINE_UNITS = 110;

/** What no declaration file says. */
const unwritten = {
  ecmaScript: ["arguments", "bigint", "globalThis", "undefined"],
  python: [
    "__annotations__",
    "__builtins__",
    "__cached__",
    "__class__",
    "__file__",
    "__module__",
    "__path__",
    "__qualname__",
    "reveal_type",
    "WindowsError",
  ],
};

/**
 * Names of the window that programs hardly ever mean without saying `window`: as a rule they are a variable that is missing. Where the document
 * itself uses one, it is known.
 */
const misleading = new Set(
  (
    "blur captureEvents clientInformation close closed event external find focus fonts frameElement frames length locationbar menubar moveBy " +
    "moveTo name open opener orientation origin parent personalbar print prompt releaseEvents resizeBy resizeTo screen scroll scrollbars " +
    "scrollX scrollY self status statusbar stop toString toolbar top"
  ).split(" "),
);

const parser = (await createParsers("native")).for("typescript")!;
const rules = nameRules(languageSyntax("typescript")!)!;

/** The global names of a declaration file: of a module what it adds to the global scope, else all of its top level. */
function globalsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const tree = parser.parse(text)!;
  const top = tree.rootNode.namedChildren;
  const isModule = top.some(({ type }) => type === "import_statement" || type === "export_statement");
  const names = isModule ? [] : namesAt([tree.rootNode], text);
  const stack = [tree.rootNode];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "statement_block" && /\bglobal\s*$/.test(text.slice(0, node.startIndex)))
      names.push(...namesAt([node], text));
    if (/^(program|ambient_declaration|module|statement_block|expression_statement|internal_module)$/.test(node.type))
      stack.push(...node.namedChildren);
  }
  return names;
}

const namesAt = (scope: readonly SyntaxNode[], text: string): string[] => [
  ...new Scopes(text, rules).at(scope).names.keys(),
];

function filesBelow(folder: string, wanted: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => wanted.test(file))
    .map((file) => path.join(folder, file));
}

const lib = path.join(root, "node_modules", "typescript", "lib");
const builtins = execFileSync("python3", ["-c", "import builtins; print(*dir(builtins))"], { encoding: "utf8" });
const lists: Record<string, string[]> = {
  ecmaScript: [
    ...filesBelow(lib, /^lib\.(es\w+|decorators)(\.[\w.]+)?\.d\.ts$/).flatMap(globalsOf),
    ...unwritten.ecmaScript,
  ],
  dom: filesBelow(lib, /^lib\.(dom|webworker)(\.[\w.]+)?\.d\.ts$/)
    .flatMap(globalsOf)
    .filter((name) => !misleading.has(name)),
  node: filesBelow(path.join(root, "node_modules", "@types", "node"), /\.d\.ts$/)
    .flatMap(globalsOf)
    .filter((name) => !/^_[A-Z]/.test(name)), // its own shorthands
  vscode: filesBelow(path.join(root, "node_modules", "@types", "vscode"), /\.d\.ts$/).flatMap(globalsOf),
  python: [...builtins.trim().split(/\s+/), ...unwritten.python],
};
const lines = Object.entries(lists).map(([name, names]) => [name, inLines([...new Set(names)].sort())]);
const file = path.join(root, "src", "completion", "symbols", "globals.json");
writeFileSync(file, `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`);

/** Several names a line: a list of one name a line would be thousands of lines. */
function inLines(names: readonly string[]): string[] {
  const found: string[] = [];
  let line = "";
  for (const name of names) {
    if (line.length + name.length > LINE_UNITS) {
      found.push(line);
      line = "";
    }
    line += (line === "" ? "" : " ") + name;
  }
  return [...found, line];
}
