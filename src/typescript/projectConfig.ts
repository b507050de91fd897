// The project of a file: the nearest tsconfig.json or jsconfig.json that includes it, directly or by its references; otherwise the nearest one's
// options for the file alone; otherwise our own options. Reads configuration files only.

import type ts from "typescript";
import { isDeclaration } from "../workspace/declarationFiles.ts";
import type { Compiler } from "./compiler.ts";
import { parentOf, textOf } from "./projectFiles.ts";

export interface ProjectConfig {
  /** Identifies the project: there is one project per key. */
  key: string;
  options: ts.CompilerOptions;
  files: readonly string[]; // the files that the configuration names
  configFiles: readonly string[]; // the files that the configuration was read from
  isConfigured: boolean;
}

const CONFIG_NAMES = ["tsconfig.json", "jsconfig.json"];

/** The most configurations in a tree of references; a tree of projects is seldom larger. */
const MAX_CONFIGS = 60;

/** The most files of a project: a larger one would not fit in memory beside an editor. */
const MAX_PROJECT_FILES = 4_000;

/** @returns undefined where the project is too large */
export function projectConfigOf(compiler: Compiler, root: string, file: string): ProjectConfig | undefined {
  let nearest: ts.ParsedCommandLine | undefined;
  let nearestPath = "";
  for (let folder = parentOf(file); `${folder}/`.startsWith(`${root}/`); folder = parentOf(folder)) {
    const config = CONFIG_NAMES.map((name) => `${folder}/${name}`).find(compiler.sys.fileExists);
    if (config === undefined) continue;
    const found = including(compiler, config, file);
    if (found) return found.parsed.fileNames.length > MAX_PROJECT_FILES ? undefined : configured(found);
    if (nearestPath === "") nearest = parse(compiler, config);
    nearestPath ||= config;
  }
  if (!nearest) return inferred(compiler);
  const files = nearest.fileNames.filter(isDeclaration); // their declarations are global
  const { key, ...rest } = configured({ path: nearestPath, parsed: nearest });
  return { ...rest, key: `${key} for others`, files };
}

interface Found {
  path: string;
  parsed: ts.ParsedCommandLine;
}

function including(compiler: Compiler, config: string, file: string): Found | undefined {
  const queue = [config];
  const seen = new Set(queue);
  for (let path = queue.shift(); path !== undefined && seen.size <= MAX_CONFIGS; path = queue.shift()) {
    const parsed = parse(compiler, path);
    if (!parsed) continue;
    if (parsed.fileNames.includes(file)) return { path, parsed };
    for (const reference of parsed.projectReferences ?? []) {
      const next = compiler.resolveProjectReferencePath(reference);
      if (!seen.has(next)) queue.push(next);
      seen.add(next);
    }
  }
  return undefined;
}

function parse(compiler: Compiler, config: string): ts.ParsedCommandLine | undefined {
  const { sys } = compiler;
  return compiler.getParsedCommandLineOfConfigFile(
    config,
    {},
    {
      useCaseSensitiveFileNames: sys.useCaseSensitiveFileNames,
      fileExists: sys.fileExists,
      readFile: (name) => (name.endsWith(".json") ? textOf(name) : undefined),
      readDirectory: sys.readDirectory,
      getCurrentDirectory: () => parentOf(config),
      onUnRecoverableConfigFileDiagnostic: () => {}, // then the configuration counts as absent
    },
  );
}

function configured({ path, parsed }: Found): ProjectConfig {
  const extended = (parsed.options.configFile as { extendedSourceFiles?: string[] } | undefined)?.extendedSourceFiles;
  return {
    key: path,
    options: { ...parsed.options, ...forChecking },
    files: parsed.fileNames,
    configFiles: [path, ...(extended ?? [])],
    isConfigured: true,
  };
}

/** The options that editors use for a file without a configuration: everything is allowed, and nothing is strict. */
function inferred(compiler: Compiler): ProjectConfig {
  const { ScriptTarget, ModuleKind, ModuleResolutionKind, JsxEmit } = compiler;
  const options: ts.CompilerOptions = {
    target: ScriptTarget.ESNext,
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.Bundler ?? ModuleResolutionKind.NodeJs, // since 5.0
    jsx: JsxEmit.Preserve,
    strictNullChecks: true,
    allowJs: true,
    allowSyntheticDefaultImports: true,
    esModuleInterop: true,
    resolveJsonModule: true,
    experimentalDecorators: true,
    ...forChecking,
  };
  return { key: "none", options, files: [], configFiles: [], isConfigured: false };
}

/** Options for checking: nothing is written, and checks that do not affect what a name stands for are off. */
const forChecking: ts.CompilerOptions = {
  noEmit: true,
  composite: false,
  incremental: false,
  tsBuildInfoFile: undefined,
  declaration: false,
  declarationMap: false, // without `declaration` the compiler breaks off where a file's declarations are asked for
  skipLibCheck: true,
  allowNonTsExtensions: true,
  allowImportingTsExtensions: true,
};
