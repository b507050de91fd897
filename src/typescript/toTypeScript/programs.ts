// The project twice: as it is, with its JavaScript checked, and with one JavaScript file replaced by its TypeScript. Nothing is written.

import type ts from "typescript";
import { isDeclaration } from "../../workspace/declarationFiles.ts";
import type { Compiler } from "../compiler.ts";
import { type Problem, problemsOf } from "../problems.ts";
import { type ProjectConfig, projectConfigOf } from "../projectConfig.ts";
import { ProjectFiles, parentOf } from "../projectFiles.ts";
import { Snapshot } from "../snapshot.ts";

/** The most files that are looked through for callers where no configuration names the project's. */
const MAX_FILES = 2_000;

/** The most files that import the turned one, directly or by others, and are checked. */
const MAX_CALLERS = 80;

/** The most rounds of the compiler requesting files and the rules answering. */
const MAX_ROUNDS = 8;

const SOURCE_ENDINGS = [".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"];
const NOT_SEARCHED = ["**/node_modules", "**/dist", "**/build", "**/coverage", "**/*.min.js", "**/.*/**"];

/** Path of a file, or of two: as JavaScript and as TypeScript. */
export interface Names {
  js: string; // absolute, with forward slashes
  ts: string;
}

/** A file's problems, by file. */
export type ProblemsByFile = ReadonlyMap<string, readonly Problem[]>;

export class Programs {
  readonly names: Names;
  readonly before: ts.Program;
  readonly callers: readonly string[];
  readonly options: ts.CompilerOptions;
  readonly #compiler: Compiler;
  readonly #services: readonly ts.LanguageService[];
  readonly #after: ts.LanguageService;
  readonly #setText: (text: string) => void;

  private constructor(
    compiler: Compiler,
    names: Names,
    before: ts.LanguageService,
    after: ts.LanguageService,
    setText: (text: string) => void,
  ) {
    this.#compiler = compiler;
    this.names = names;
    this.before = before.getProgram()!;
    this.options = this.before.getCompilerOptions();
    this.callers = importersOf(before, names.js);
    this.#services = [before, after];
    this.#after = after;
    this.#setText = setText;
  }

  /** @returns undefined where the project is too large, or does not hold the file */
  static async open(compiler: Compiler, root: string, names: Names, text: string): Promise<Programs | undefined> {
    const config = projectConfigOf(compiler, root, names.js);
    if (!config) return undefined;
    const files = new ProjectFiles(compiler, { root });
    files.setText(names.js, text);
    const isCommonJs = /\brequire\s*\(|\bmodule\.exports\b|\bexports\./.test(text);
    const options = optionsFor(compiler, config, isCommonJs);
    const roots = [...new Set([names.js, ...config.files, ...(config.isConfigured ? [] : sourcesIn(compiler, root))])];
    await files.settle(roots);
    const registry = compiler.createDocumentRegistry(compiler.sys.useCaseSensitiveFileNames, root);
    let turned = { snapshot: new Snapshot(text), version: 0 };
    const folder = parentOf(config.configFiles[0] ?? `${root}/`);
    const asItIs = () =>
      compiler.createLanguageService(hostOf(compiler, { folder, options, roots: () => roots, files }), registry);
    const after = compiler.createLanguageService(
      hostOf(compiler, {
        folder,
        options,
        roots: () => [names.ts, ...roots.filter((name) => name !== names.js)],
        files,
        turned: () => ({ names, ...turned }),
      }),
      registry,
    );
    let before = asItIs();
    before.getProgram();
    for (let round = 0; round < MAX_ROUNDS && (await files.settle()); round++) {
      const settled = asItIs(); // a program keeps what it found before
      settled.getProgram();
      before.dispose();
      before = settled;
    }
    if (!before.getProgram()?.getSourceFile(names.js)) return undefined;
    return new Programs(compiler, names, before, after, (newText) => {
      turned = { snapshot: new Snapshot(newText), version: turned.version + 1 };
    });
  }

  /** The project with the file as this TypeScript. */
  after(text: string): { program: ts.Program; source: ts.SourceFile; service: ts.LanguageService } {
    this.#setText(text);
    const program = this.#after.getProgram()!;
    return { program, source: program.getSourceFile(this.names.ts)!, service: this.#after };
  }

  problems(program: ts.Program, files: readonly string[]): ProblemsByFile {
    const found = new Map<string, Problem[]>();
    for (const file of files) {
      const source = program.getSourceFile(file);
      if (source) found.set(file, problemsOf(this.#compiler, program, source));
    }
    return found;
  }

  dispose(): void {
    for (const service of this.#services) service.dispose();
  }
}

/** The file's JavaScript is checked like its TypeScript, so that what is new can be told. */
function optionsFor(compiler: Compiler, config: ProjectConfig, isCommonJs: boolean): ts.CompilerOptions {
  const { ModuleKind, ModuleDetectionKind } = compiler;
  const options = { ...config.options, allowJs: true, checkJs: true, noEmit: true, maxNodeModuleJsDepth: 0 };
  if (config.configFiles.length > 0) return options;
  return {
    ...options,
    ...(isCommonJs && { module: ModuleKind.Preserve ?? ModuleKind.CommonJS }),
    moduleDetection: ModuleDetectionKind?.Auto,
  };
}

function sourcesIn(compiler: Compiler, root: string): string[] {
  const found = compiler.sys.readDirectory(root, SOURCE_ENDINGS, NOT_SEARCHED, ["**/*"], 12);
  return found.filter((file) => !isDeclaration(file)).slice(0, MAX_FILES);
}

/** Files that import one, directly or by others: the nearest first. */
function importersOf(service: ts.LanguageService, file: string): string[] {
  const found = new Set([file]);
  for (const name of found) {
    for (const { fileName } of service.getFileReferences(name)) found.add(fileName);
    if (found.size > MAX_CALLERS) break;
  }
  found.delete(file);
  return [...found].slice(0, MAX_CALLERS);
}

interface HostOf {
  folder: string;
  options: ts.CompilerOptions;
  roots: () => string[];
  files: ProjectFiles;
  turned?: () => { names: Names; snapshot: Snapshot; version: number };
}

function hostOf(compiler: Compiler, { folder, options, roots, files, turned }: HostOf): ts.LanguageServiceHost {
  const { sys } = compiler;
  const isTurned = (file: string) => turned !== undefined && file === turned().names.ts;
  const isGone = (file: string) => turned !== undefined && file === turned().names.js;
  const snapshot = (file: string) =>
    isTurned(file) ? turned?.().snapshot : isGone(file) ? undefined : files.snapshot(file);
  return {
    getCompilationSettings: () => options,
    getScriptFileNames: roots,
    getProjectVersion: () => `${files.version} ${turned?.().version}`,
    getScriptVersion: (file) => (isTurned(file) ? `turned ${turned?.().version}` : files.versionOf(file)),
    getScriptSnapshot: snapshot,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (of) => compiler.getDefaultLibFilePath(of),
    useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
    fileExists: (file) => isTurned(file) || (!isGone(file) && files.exists(file)),
    readFile: (file) => snapshot(file)?.text,
    directoryExists: sys.directoryExists,
    getDirectories: sys.getDirectories,
    realpath: sys.realpath,
  };
}
