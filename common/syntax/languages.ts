// What Sotto knows of each language: its grammar, its query files (querySource.ts) and how a single line is read. One row a language.
// Owns no behaviour.

/** What can be told of a text without a tree. */
export interface LineSyntax {
  lineComment: string;
  blockComment?: readonly [open: string, close: string];
  quotes: string; // characters that open a string
  /** What begins code inside a string, in strings whose line up to the quote ends like this. */
  substitution?: { opener: string; quote: RegExp };
  /** Blocks are told by indentation after a colon, not by braces. */
  indented: boolean;
}

export interface LanguageSyntax extends LineSyntax {
  /** The npm package of the native grammar, the member of it (where it holds several), and the module path of the WebAssembly one. */
  grammar: { package: string; member?: string; wasm: string };
  /** Files of `queries/`, without their extension. */
  queries: readonly string[];
}

const vscodeWasm = (name: string) => `@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`;

/** The grammar's own build: the same version as the native one. */
const ownWasm = (name: string) => `tree-sitter-${name}/tree-sitter-${name.replaceAll("-", "_")}.wasm`;

const cLike = { lineComment: "//", blockComment: ["/*", "*/"], quotes: "\"'", indented: false } as const;
const ecmaScript = { ...cLike, quotes: "\"'`", substitution: { opener: "${", quote: /`$/ } };

const typescript: LanguageSyntax = {
  ...ecmaScript,
  grammar: { package: "tree-sitter-typescript", member: "typescript", wasm: vscodeWasm("typescript") },
  queries: ["ecmascript", "typescript"],
};
const tsx: LanguageSyntax = {
  ...ecmaScript,
  grammar: { package: "tree-sitter-typescript", member: "tsx", wasm: vscodeWasm("tsx") },
  queries: ["ecmascript", "typescript"],
};
const javascript: LanguageSyntax = {
  ...ecmaScript,
  grammar: { package: "tree-sitter-javascript", wasm: vscodeWasm("javascript") },
  queries: ["ecmascript", "javascript"],
};
const python: LanguageSyntax = {
  grammar: { package: "tree-sitter-python", wasm: vscodeWasm("python") },
  queries: ["python"],
  lineComment: "#",
  quotes: "\"'",
  substitution: { opener: "{", quote: /\b[rR]?[fF][rR]?["']$/ },
  indented: true,
};

const go: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-go", wasm: ownWasm("go") },
  queries: ["go"],
  quotes: "\"'`",
};
const rust: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-rust", wasm: ownWasm("rust") },
  queries: ["rust"],
  quotes: '"', // a "'" begins a lifetime more often than a character
};
const java: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-java", wasm: ownWasm("java") },
  queries: ["java"],
};
const c: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-c", wasm: ownWasm("c") },
  queries: ["c"],
};
const cpp: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-cpp", wasm: ownWasm("cpp") },
  queries: ["c", "cpp"],
};
const csharp: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-c-sharp", wasm: ownWasm("c-sharp") },
  queries: ["csharp"],
  substitution: { opener: "{", quote: /\$@?"$/ },
};
const json: LanguageSyntax = {
  ...cLike,
  grammar: { package: "tree-sitter-json", wasm: ownWasm("json") },
  queries: ["json"],
  quotes: '"',
};

/** By VS Code's language id. */
const languages: ReadonlyMap<string, LanguageSyntax> = new Map([
  ["typescript", typescript],
  ["typescriptreact", tsx],
  ["javascript", javascript],
  ["javascriptreact", javascript],
  ["python", python],
  ["go", go],
  ["rust", rust],
  ["java", java],
  ["c", c],
  ["cpp", cpp],
  ["csharp", csharp],
  ["json", json],
  ["jsonc", json],
]);

/** TypeScript and JavaScript: what the TypeScript compiler has a say in. */
export const ecmaScriptIds: readonly string[] = [...languages].flatMap(([id, { queries }]) =>
  queries.includes("ecmascript") ? [id] : [],
);

/** Languages whose docstrings are written. */
export const documentedIds: readonly string[] = [...ecmaScriptIds, "python"];

const grammarExtensions: readonly (readonly [extension: string, languageId: string])[] = [
  [".ts", "typescript"],
  [".mts", "typescript"],
  [".cts", "typescript"],
  [".tsx", "typescriptreact"],
  [".js", "javascript"],
  [".mjs", "javascript"],
  [".cjs", "javascript"],
  [".jsx", "javascriptreact"],
  [".py", "python"],
  [".pyi", "python"],
  [".go", "go"],
  [".rs", "rust"],
  [".java", "java"],
  [".c", "c"],
  [".h", "cpp"], // as VS Code has it; C's headers parse as C++
  [".cc", "cpp"],
  [".cpp", "cpp"],
  [".cxx", "cpp"],
  [".hh", "cpp"],
  [".hpp", "cpp"],
  [".hxx", "cpp"],
  [".cs", "csharp"],
  [".json", "json"],
  [".jsonc", "jsonc"],
];

/** Languages without a grammar, read by their lines and their indentation: what begins a comment, then the ends of their files. */
const lineLanguages: ReadonlyMap<string, readonly [lineComment: string, ...extensions: string[]]> = new Map([
  ["clojure", [";", ".clj", ".cljs"]],
  ["coffeescript", ["#", ".coffee"]],
  ["dart", ["//", ".dart"]],
  ["dockerfile", ["#", ".dockerfile"]],
  ["elixir", ["#", ".ex", ".exs"]],
  ["fsharp", ["//", ".fs"]],
  ["groovy", ["//", ".groovy", ".gradle"]],
  ["haskell", ["--", ".hs"]],
  ["julia", ["#", ".jl"]],
  ["kotlin", ["//", ".kt", ".kts"]],
  ["less", ["//", ".less"]],
  ["lua", ["--", ".lua"]],
  ["makefile", ["#", ".mk"]],
  ["objective-c", ["//", ".m"]],
  ["objective-cpp", ["//", ".mm"]],
  ["openqasm", ["//", ".qasm"]],
  ["perl", ["#", ".pl", ".pm"]],
  ["php", ["//", ".php"]],
  ["powershell", ["#", ".ps1"]],
  ["r", ["#", ".r"]],
  ["ruby", ["#", ".rb"]],
  ["scala", ["//", ".scala"]],
  ["scss", ["//", ".scss"]],
  ["shellscript", ["#", ".sh", ".bash", ".zsh"]],
  ["sql", ["--", ".sql"]],
  ["swift", ["//", ".swift"]],
  ["toml", ["#", ".toml"]],
  ["yaml", ["#", ".yaml", ".yml"]],
  ["zig", ["//", ".zig"]],
]);

const byExtension: ReadonlyMap<string, string> = new Map([
  ...grammarExtensions,
  ...[...lineLanguages].flatMap(([languageId, [, ...ends]]) => ends.map((end) => [end, languageId] as const)),
]);

/** The row of a language with a grammar. */
export function languageSyntax(languageId: string): LanguageSyntax | undefined {
  return languages.get(languageId);
}

/** How the lines of a language are read, whether it has a grammar or not; undefined for languages that Sotto does not know. */
export function lineSyntax(languageId: string): LineSyntax | undefined {
  const known = languages.get(languageId);
  if (known) return known;
  const lineComment = lineLanguages.get(languageId)?.[0];
  if (lineComment === undefined) return undefined;
  const blockComment = lineComment === "//" ? cLike.blockComment : undefined;
  return { lineComment, ...(blockComment && { blockComment }), quotes: cLike.quotes, indented: false };
}

/** What other editors call languages, where VS Code has another id: in lower case. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["bash", "shellscript"],
  ["c#", "csharp"],
  ["c++", "cpp"],
  ["c-sharp", "csharp"],
  ["cs", "csharp"],
  ["javascript.jsx", "javascriptreact"],
  ["js", "javascript"],
  ["js-json", "json"],
  ["js2", "javascript"],
  ["jsx", "javascriptreact"],
  ["make", "makefile"],
  ["objc", "objective-c"],
  ["objcpp", "objective-cpp"],
  ["ps1", "powershell"],
  ["qasm", "openqasm"],
  ["rjsx", "javascriptreact"],
  ["rustic", "rust"],
  ["sh", "shellscript"],
  ["ts", "typescript"],
  ["tsx", "typescriptreact"],
  ["typescript.tsx", "typescriptreact"],
  ["zsh", "shellscript"],
]);

/** VS Code's language id of a document, by what its editor calls it; by its extension where that says nothing. */
export function languageIdOf(called: string, path: string): string {
  if (called === "") return languageOfPath(path) ?? "";
  const lowered = called.toLowerCase();
  return otherNames.get(lowered) ?? (languageIds.includes(lowered) ? lowered : called);
}

/** VS Code's language id of a file by its extension; undefined for languages that Sotto does not know. */
export function languageOfPath(path: string): string | undefined {
  return byExtension.get(/\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? "");
}

/** The usual end of a language's files: ".ts". */
export function extensionOf(languageId: string): string | undefined {
  return [...byExtension].find(([, id]) => id === languageId)?.[0];
}

/** All rows, for loading grammars. */
export function knownLanguages(): readonly [languageId: string, LanguageSyntax][] {
  return [...languages];
}

/** Every language that is completed, with a grammar or without. */
export const languageIds: readonly string[] = [...languages.keys(), ...lineLanguages.keys()];
