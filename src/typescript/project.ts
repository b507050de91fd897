// One project: the compiler's language service over its files. Owns no files and no rules (`projectFiles.ts`), and writes nothing.

import type ts from "typescript";
import type { SymbolAnswer } from "../completion/symbolCheck.ts";
import type { Compiler } from "./compiler.ts";
import type { ProjectConfig } from "./projectConfig.ts";
import { type ProjectFiles, parentOf } from "./projectFiles.ts";
import { type Judged, newlyUnresolvedIn, type Range } from "./unresolved.ts";

export interface Insertion {
  offset: number; // UTF-16 units of the file's text
  text: string;
  replaceAfter: number; // units after the offset that the text replaces
}

export class Project {
  readonly config: ProjectConfig;
  readonly #compiler: Compiler;
  readonly #files: ProjectFiles;
  readonly #service: ts.LanguageService;
  readonly #added = new Set<string>(); // open files that the configuration does not name

  constructor(compiler: Compiler, config: ProjectConfig, files: ProjectFiles, registry: ts.DocumentRegistry) {
    this.#compiler = compiler;
    this.config = config;
    this.#files = files;
    this.#service = compiler.createLanguageService(this.#host(), registry);
  }

  add(file: string): void {
    if (!this.config.files.includes(file)) this.#added.add(file);
  }

  /** @throws what the compiler throws where it has a bug */
  program(): ts.Program | undefined {
    return this.#service.getProgram();
  }

  /** What of `insertion` nobody knows. */
  unknownIn(file: string, insertion: Insertion): SymbolAnswer {
    const unknown = this.inserted(file, insertion, (program, source, range) =>
      newlyUnresolvedIn(this.#compiler, program, source, range, this.#judged(source)),
    );
    return unknown ? { unknown: unknown.map(({ name, kind }) => ({ name, kind })) } : { reason: "noProgram" };
  }

  /**
   * The program with text inserted into an open file, for the time of `use`; the file is as it was afterwards.
   * @returns undefined where the file is not part of the program
   */
  inserted<T>(
    file: string,
    { offset, text, replaceAfter }: Insertion,
    use: (program: ts.Program, source: ts.SourceFile, range: Range) => T,
  ): T | undefined {
    const before = this.#files.textOf(file);
    if (before === undefined) return undefined;
    this.#files.setText(file, before.slice(0, offset) + text + before.slice(offset + replaceAfter));
    try {
      const program = this.program();
      const source = program?.getSourceFile(file);
      return program && source && use(program, source, { start: offset, end: offset + text.length });
    } finally {
      this.#files.setText(file, before);
    }
  }

  dispose(): void {
    this.#service.dispose();
  }

  #judged(source: ts.SourceFile): Judged {
    const isJavaScript = /\.[cm]?jsx?$/.test(source.fileName);
    const { commonJsModuleIndicator } = source as { commonJsModuleIndicator?: unknown };
    const isModule = this.#compiler.isExternalModule(source) || commonJsModuleIndicator !== undefined;
    return { members: !isJavaScript, names: isModule || (this.config.isConfigured && !isJavaScript) };
  }

  #host(): ts.LanguageServiceHost {
    const { sys } = this.#compiler;
    const files = this.#files;
    const [config] = this.config.configFiles;
    const folder = config === undefined ? files.root : parentOf(config);
    return {
      getCompilationSettings: () => this.config.options,
      getScriptFileNames: () => [...this.config.files, ...this.#added],
      getProjectVersion: () => `${files.version} ${this.#added.size}`,
      getScriptVersion: (file) => files.versionOf(file),
      getScriptSnapshot: (file) => files.snapshot(file),
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: (options) => this.#compiler.getDefaultLibFilePath(options),
      useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
      fileExists: (file) => files.exists(file),
      readFile: (file) => files.read(file),
      directoryExists: sys.directoryExists,
      getDirectories: sys.getDirectories,
      realpath: sys.realpath,
    };
  }
}
