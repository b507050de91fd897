// The modules that a file reaches, as JavaScript, each looked at before it may run: what runs in the sandbox is what was looked at here, and nothing else.

import { builtinModules, createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type ts from "typescript";
import { readCappedSync } from "../../../common/util/cappedRead.ts";
import type { Compiler } from "../../typescript/compiler.ts";
import { lookAt } from "./purity.ts";
import type { NoTests } from "./reasons.ts";

const MOST_MODULES = 300;
const MOST_MODULE_BYTES = 2_000_000;
const TYPED = /\.[cm]?tsx?$|\.jsx$/;
const DECLARATION = /\.d\.[cm]?ts$/;
const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"];

export interface Module {
  format: "module" | "commonjs";
  source: string; // JavaScript
}

export interface Reached {
  modules: Record<string, Module>; // by URL
  resolved: Record<string, string>; // by `parent URL + "\n" + name as written`: the URL
}

const isBuiltin = (name: string): boolean => builtinModules.includes(name);

/** The key of an import in `Reached.resolved`. */
export const importKey = (parent: string, name: string): string => `${parent}\n${name}`;

export const urlOf = (file: string): string => pathToFileURL(file).href;

/**
 * Everything that loading a file loads.
 * @param text of the file, which may be unsaved; the others are read
 */
export function reachedFrom(
  compiler: Compiler,
  options: ts.CompilerOptions,
  file: string,
  text: string,
): Reached | { reason: NoTests; file: string } {
  const reached: Reached = { modules: {}, resolved: {} };
  const open = [{ file, text: text as string | undefined }];
  for (let one = open.pop(); one; one = open.pop()) {
    const url = urlOf(one.file);
    if (Object.hasOwn(reached.modules, url)) continue;
    if (Object.keys(reached.modules).length >= MOST_MODULES) return { reason: "tooMuchCode", file: one.file };
    const read = one.text ?? readText(one.file);
    if (read === undefined) return { reason: "unreadable", file: one.file };
    const module = asModule(compiler, options, one.file, read);
    reached.modules[url] = module;
    if (one.file.endsWith(".json")) continue;
    const tree = compiler.createSourceFile("m.js", module.source, compiler.ScriptTarget.Latest, true);
    const { refusal, imports } = lookAt(compiler, tree, isBuiltin);
    if (refusal) return { reason: refusal, file: one.file };
    for (const name of imports) {
      const target = resolve(compiler, options, name, one.file);
      if (target === undefined) return { reason: "loadsUnseen", file: one.file };
      reached.resolved[importKey(url, name)] = urlOf(target);
      open.push({ file: target, text: undefined });
    }
  }
  return reached;
}

/** A file's text as JavaScript that Node loads by itself. */
export function asModule(compiler: Compiler, options: ts.CompilerOptions, file: string, text: string): Module {
  if (file.endsWith(".json")) return { format: "commonjs", source: `module.exports = ${text.trim() || "{}"};` };
  if (!TYPED.test(file))
    return { format: isEcmaScriptModule(compiler, file, text) ? "module" : "commonjs", source: text };
  const isCommonJs = /\.cts$/.test(file) || /^\s*(?:export =|import \w+ = require\()/m.test(text);
  const { outputText } = compiler.transpileModule(text, {
    fileName: file,
    compilerOptions: {
      target: compiler.ScriptTarget.ES2022,
      module: isCommonJs ? compiler.ModuleKind.CommonJS : compiler.ModuleKind.ESNext,
      esModuleInterop: true,
      experimentalDecorators: options.experimentalDecorators ?? false,
      useDefineForClassFields: options.useDefineForClassFields ?? true,
      jsx: compiler.JsxEmit.ReactJSX,
      removeComments: false,
    },
  });
  return { format: isCommonJs ? "commonjs" : "module", source: outputText };
}

function isEcmaScriptModule(compiler: Compiler, file: string, text: string): boolean {
  if (file.endsWith(".mjs")) return true;
  if (file.endsWith(".cjs")) return false;
  const source = compiler.createSourceFile("m.js", text, compiler.ScriptTarget.Latest, false);
  return source.statements.some(
    (one) =>
      compiler.isImportDeclaration(one) ||
      compiler.isExportDeclaration(one) ||
      compiler.isExportAssignment(one) ||
      (compiler.canHaveModifiers(one) &&
        compiler.getModifiers(one)?.some(({ kind }) => kind === compiler.SyntaxKind.ExportKeyword)),
  );
}

/** The file that an import loads: by the compiler (aliases, endings that lie), otherwise as Node finds a package. */
function resolve(compiler: Compiler, options: ts.CompilerOptions, name: string, from: string): string | undefined {
  const found = compiler.resolveModuleName(name, from, options, compiler.sys).resolvedModule?.resolvedFileName;
  if (found !== undefined && !DECLARATION.test(found)) return path.resolve(found);
  if (/^\.{1,2}(?:\/|$)/.test(name)) {
    const plain = path.resolve(path.dirname(from), name);
    const bare = plain.replace(/\.[cm]?js$/, "");
    const tries = [
      plain,
      ...ENDINGS.flatMap((ending) => [plain + ending, bare + ending, path.join(plain, `index${ending}`)]),
    ];
    return tries.find((one) => compiler.sys.fileExists(one));
  }
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined; // the package is not installed, or only for `import`
  }
}

function readText(file: string): string | undefined {
  const read = readCappedSync(file, MOST_MODULE_BYTES);
  return "bytes" in read ? read.bytes.toString("utf8") : undefined;
}
