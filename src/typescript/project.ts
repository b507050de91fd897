// One project: the compiler's language service over its files. Owns no files and no rules (`projectFiles.ts`), and writes nothing.

import type ts from "typescript";
import type { SymbolAnswer } from "../completion/symbols/symbolCheck.ts";
import type { Compiler } from "./compiler.ts";
import { namesInstead } from "./namesInstead.ts";
import {
  faultOfChange,
  isWorse,
  type NoFix,
  type Problem,
  problemsOf,
  type TextChange,
  withChanges,
} from "./problems.ts";
import type { ProjectConfig } from "./projectConfig.ts";
import { type ProjectFiles, parentOf } from "./projectFiles.ts";
import { isMissingMember, TypeCandidates } from "./typeCandidates.ts";
import { identifierAt, type Judged, newlyUnresolvedIn, type Range } from "./unresolved.ts";

/** The most importing files that are checked after a change; more would take too long. */
const MAX_IMPORTING = 20;

/** Formatting of the compiler's insertions; the file's own style is ignored. */
const FORMAT: ts.FormatCodeSettings = {
  indentSize: 2,
  tabSize: 2,
  convertTabsToSpaces: true,
  semicolons: "ignore" as ts.SemicolonPreference,
};

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

  /** The unknown symbols of `insertion`. */
  unknownIn(file: string, insertion: Insertion): SymbolAnswer {
    const unknown = this.inserted(file, insertion, (program, source, range) =>
      newlyUnresolvedIn(this.#compiler, program, source, range, this.#judged(source)).map(({ name, kind, start }) => {
        const identifier = identifierAt(this.#compiler, source, start);
        const instead = identifier ? namesInstead(this.#compiler, program.getTypeChecker(), identifier) : [];
        const place = start >= range.start && { start: start - range.start };
        return { name, kind, ...place, ...(instead.length > 0 && { instead }) };
      }),
    );
    return unknown ? { unknown } : { reason: "noProgram" };
  }

  /**
   * Runs `use` on the program with text inserted into an open file; afterwards the file is unchanged.
   * @returns undefined where the file is not part of the program
   */
  inserted<T>(
    file: string,
    { offset, text, replaceAfter }: Insertion,
    use: (program: ts.Program, source: ts.SourceFile, range: Range) => T,
  ): T | undefined {
    const change = { start: offset, end: offset + replaceAfter, newText: text };
    return this.#changed(file, [change], (program, source) =>
      use(program, source, { start: offset, end: offset + text.length }),
    );
  }

  /** The problems of a file; undefined where it is not part of the program. */
  problems(file: string): Problem[] | undefined {
    const program = this.program();
    const source = program?.getSourceFile(file);
    return program && source && problemsOf(this.#compiler, program, source);
  }

  /**
   * What the types and the compiler's own fixes say about one of the file's problems, without fixes that also change other files. Where a near
   * member exists, none is declared: that would make the misspelling permanent.
   */
  ownFixes(file: string, problem: Problem): TextChange[][] {
    const program = this.program();
    const source = program?.getSourceFile(file);
    const byType = program && source ? new TypeCandidates(this.#compiler, program, source).of(problem) : [];
    const own = this.#ownFixes(file, problem);
    if (byType.length === 0 || !isMissingMember(problem)) return [...own, ...byType];
    return [...byType, ...own.filter((changes) => changes.some((change) => touches(change, problem)))];
  }

  #ownFixes(file: string, { start, end, code }: Problem): TextChange[][] {
    return this.#codeFixes(file, start, end, code).flatMap(({ changes }) => {
      const [only, ...others] = changes;
      if (!only || others.length > 0 || only.fileName !== file || only.isNewFile) return [];
      const one = only.textChanges.map(({ span, newText }) => ({
        start: span.start,
        end: span.start + span.length,
        newText,
      }));
      return [one];
    });
  }

  /** The compiler's fixes at a place. A bug in one of them (6.0 has some) costs the fixes of this problem, and nothing else. */
  #codeFixes(file: string, start: number, end: number, code: number): readonly ts.CodeFixAction[] {
    try {
      return this.#service.getCodeFixesAtPosition(file, start, end, [code], FORMAT, {});
    } catch {
      return [];
    }
  }

  /** The problems of an open file after the changes. */
  problemsWith(file: string, changes: readonly TextChange[]): Problem[] {
    return this.#changed(file, changes, (program, source) => problemsOf(this.#compiler, program, source)) ?? [];
  }

  /**
   * Why changes of an open file do not fix one of its problems: it must be gone, with no new problem in the file or in files that import it.
   * @param before the file's problems as `problems` gives them
   */
  faultOf(
    file: string,
    changes: readonly TextChange[],
    target: Problem,
    before: readonly Problem[],
  ): NoFix | undefined {
    try {
      const checked = this.#changed(file, changes, (program, source) => {
        const own = faultOfChange(target, before, problemsOf(this.#compiler, program, source));
        return own ?? this.#importing(file).map((name) => ({ name, after: this.problems(name) ?? [] }));
      });
      if (!Array.isArray(checked)) return checked ?? "stays";
      return checked.some(({ name, after }) => isWorse(this.problems(name) ?? [], after)) ? "breaksOther" : undefined;
    } catch {
      return "compilerFailed"; // its checker throws at some texts (5.9: "No error for last overload signature"): that costs this candidate only
    }
  }

  /** Files that import this one, up to the number that can be checked in time. */
  #importing(file: string): string[] {
    const references = this.#service.getFileReferences(file).map(({ fileName }) => fileName);
    return [...new Set(references)].filter((name) => name !== file).slice(0, MAX_IMPORTING);
  }

  /** Runs `use` on the program with changes of an open file; undefined where the file is not part of it. */
  #changed<T>(
    file: string,
    changes: readonly TextChange[],
    use: (program: ts.Program, source: ts.SourceFile) => T,
  ): T | undefined {
    const before = this.#files.textOf(file);
    if (before === undefined) return undefined;
    this.#files.setText(file, withChanges(before, changes));
    try {
      const program = this.program();
      const source = program?.getSourceFile(file);
      return program && source && use(program, source);
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

const touches = (a: Range, b: Range): boolean => a.start < b.end && b.start < a.end;
