// What Sotto knows of each language: its grammar and the few node types that the queries need. One row a language.
// Owns no behaviour.

export interface LanguageSyntax {
  /** The npm package of the native grammar, the member of it (where it holds several), and the file of the WebAssembly one. */
  grammar: { package: string; member?: string; wasm: string };
  lineComment: string;
  blockComment?: readonly [open: string, close: string];
  quotes: string; // characters that open a string
  /** Blocks are told by indentation after a colon, not by braces. */
  indented: boolean;
  strings: ReadonlySet<string>;
  /** Code inside a string: `${…}`, `{…}` of an f-string. */
  substitutions: ReadonlySet<string>;
  comments: ReadonlySet<string>;
  /** Definitions that make a scope, with the word that their name gets in a scope path ("" for functions and methods). */
  definitions: ReadonlyMap<string, string>;
  /** Nodes that give their name to a function that is their value: `const f = () => …`. */
  bindings: ReadonlyMap<string, { name: string; value: string }>;
  functionValues: ReadonlySet<string>;
  /** Field of a definition that holds what an outline leaves out. */
  bodyField: string;
}

const ecmaScript = {
  lineComment: "//",
  blockComment: ["/*", "*/"] as const,
  quotes: "\"'`",
  indented: false,
  strings: new Set(["string", "template_string", "regex", "template_literal_type"]),
  substitutions: new Set(["template_substitution", "template_type"]),
  comments: new Set(["comment", "html_comment", "hash_bang_line"]),
  definitions: new Map([
    ["class_declaration", "class"],
    ["abstract_class_declaration", "class"],
    ["class", "class"],
    ["interface_declaration", "interface"],
    ["enum_declaration", "enum"],
    ["type_alias_declaration", "type"],
    ["internal_module", "namespace"],
    ["module", "namespace"],
    ["function_declaration", ""],
    ["generator_function_declaration", ""],
    ["function_expression", ""],
    ["generator_function", ""],
    ["function_signature", ""],
    ["method_definition", ""],
    ["method_signature", ""],
    ["abstract_method_signature", ""],
  ]),
  bindings: new Map([
    ["variable_declarator", { name: "name", value: "value" }],
    ["pair", { name: "key", value: "value" }],
    ["public_field_definition", { name: "name", value: "value" }],
    ["field_definition", { name: "property", value: "value" }],
    ["assignment_expression", { name: "left", value: "right" }],
  ]),
  functionValues: new Set(["arrow_function", "function_expression", "generator_function", "class"]),
  bodyField: "body",
} satisfies Omit<LanguageSyntax, "grammar">;

const typescript: LanguageSyntax = {
  ...ecmaScript,
  grammar: { package: "tree-sitter-typescript", member: "typescript", wasm: "tree-sitter-typescript.wasm" },
};
const tsx: LanguageSyntax = {
  ...ecmaScript,
  grammar: { package: "tree-sitter-typescript", member: "tsx", wasm: "tree-sitter-tsx.wasm" },
};
const javascript: LanguageSyntax = {
  ...ecmaScript,
  grammar: { package: "tree-sitter-javascript", wasm: "tree-sitter-javascript.wasm" },
};
const python: LanguageSyntax = {
  grammar: { package: "tree-sitter-python", wasm: "tree-sitter-python.wasm" },
  lineComment: "#",
  quotes: "\"'",
  indented: true,
  strings: new Set(["string"]),
  substitutions: new Set(["interpolation"]),
  comments: new Set(["comment"]),
  definitions: new Map([
    ["class_definition", "class"],
    ["function_definition", ""],
  ]),
  bindings: new Map(),
  functionValues: new Set(),
  bodyField: "body",
};

/** By VS Code's language id. */
const languages: ReadonlyMap<string, LanguageSyntax> = new Map([
  ["typescript", typescript],
  ["typescriptreact", tsx],
  ["javascript", javascript],
  ["javascriptreact", javascript],
  ["python", python],
]);

const extensions: ReadonlyMap<string, string> = new Map([
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
]);

export function languageSyntax(languageId: string): LanguageSyntax | undefined {
  return languages.get(languageId);
}

/** VS Code's language id of a file by its extension; undefined for languages that Sotto does not know. */
export function languageOfPath(path: string): string | undefined {
  return extensions.get(/\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? "");
}

/** All rows, for loading grammars. */
export function knownLanguages(): readonly [languageId: string, LanguageSyntax][] {
  return [...languages];
}
