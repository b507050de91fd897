// One project: the compiler's language service over its files. Owns no files and no rules (`projectFiles.ts`), and writes nothing.

import type ts from "typescript";
import type { SymbolAnswer } from "../completion/symbols/symbolCheck.ts";
import type { Candidate } from "./candidates/candidate.ts";
import { ownCandidates } from "./candidates/ownCandidates.ts";
import { typeCandidates } from "./candidates/typeCandidates.ts";
import type { Compiler } from "./compiler.ts";
import { type KnownName, nameAt } from "./nameAt.ts";
import { namesInstead } from "./namesInstead.ts";
import type { PiecesFound } from "./pieces/piece.ts";
import { draftsAt, verified } from "./pieces/pieces.ts";
import { Site } from "./pieces/site.ts";
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
import { type Broken, brokenBy } from "./rewrites/broken.ts";
import type { ProjectView, Texts } from "./rewrites/projectView.ts";
import { restOf } from "./rewrites/restOf.ts";
import type { Edited, NoRewrite, Rewrite, RewriteKind } from "./rewrites/rewrite.ts";
import { addsProblem } from "./rewrites/verdict.ts";
import { identifierAt, type Judged, newlyUnresolvedIn, type Range } from "./unresolved.ts";

/** The most importing files that are checked after a change; more would take too long. */
const MAX_IMPORTING = 20;

/** The most syntax trees that are kept beside the program's: those of a text before and after an edit, and with the rest of it. */
const MOST_TREES = 3;

const TYPED_PATH = /\.[cm]?tsx?$/;
const DECLARATION_PATH = /\.d\.[cm]?ts$/;

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
  #declared: { file: string; text: string | undefined } | undefined;
  readonly #unchanged = new Map<string, Problem[]>(); // by file: the problems without any candidate
  #isCancelled: () => boolean = () => false;
  #trees: ts.SourceFile[] = [];

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

  /** What the name at a place of a file is; undefined where the compiler knows of none there. */
  nameAt(file: string, offset: number): KnownName | undefined {
    return nameAt(this.#compiler, this.#service, { root: this.#files.root, file, offset });
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

  /** What the types and the compiler's own fixes say about one of the file's problems, without fixes that also change other files. */
  ownFixes(file: string, problem: Problem): Candidate[] {
    this.#unchanged.clear();
    this.#declared = undefined;
    const program = this.program();
    const source = program?.getSourceFile(file);
    if (!program || !source) return [];
    const byTypes = typeCandidates(this.#compiler, program, source, problem);
    return ownCandidates(this.#codeFixes(file, problem), byTypes, file, source.text, problem);
  }

  /** The compiler's fixes at a place. A bug in one of them (6.0 has some) costs the fixes of this problem, and nothing else. */
  #codeFixes(
    file: string,
    { start, end, code }: Problem,
    format = FORMAT,
    preferences: ts.UserPreferences = {},
  ): readonly ts.CodeFixAction[] {
    try {
      return this.#service.getCodeFixesAtPosition(file, start, end, [code], format, preferences);
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
   * @param target undefined where nothing has to go
   * @param before the file's problems as `problems` gives them
   */
  faultOf(
    file: string,
    changes: readonly TextChange[],
    target: Problem | undefined,
    before: readonly Problem[],
  ): NoFix | undefined {
    try {
      const declared = this.#declaredBefore(file);
      const checked = this.#changed(file, changes, (program, source) => {
        const own = faultOfChange(target, before, problemsOf(this.#compiler, program, source));
        if (own) return own;
        const isSeen = declared === undefined || this.#declarationsOf(file) !== declared;
        return isSeen ? this.#importing(file).map((name) => ({ name, after: this.problems(name) ?? [] })) : [];
      });
      if (!Array.isArray(checked)) return checked ?? "stays";
      return checked.some(({ name, after }) => isWorse(this.#problemsBefore(name), after)) ? "breaksOther" : undefined;
    } catch {
      return "compilerFailed"; // its checker throws at some texts (5.9: "No error for last overload signature"): that costs this candidate only
    }
  }

  /** What is missing on the lines of a range of an open file, verified; undefined where the file is not part of the program. */
  pieces(file: string, range: Range): PiecesFound | undefined {
    this.#unchanged.clear();
    this.#declared = undefined;
    const program = this.program();
    const source = program?.getSourceFile(file);
    if (!program || !source) return undefined;
    const before = problemsOf(this.#compiler, program, source);
    const site = new Site(this.#compiler, program, source, range);
    const drafts = draftsAt(site, before, (problem, ...style) => this.#codeFixes(file, problem, ...style));
    return verified(drafts, {
      before,
      faultOf: (changes) => this.faultOf(file, changes, undefined, before),
      problemsWith: (changes) => this.problemsWith(file, changes),
    });
  }

  /**
   * What an edit of an open file leaves to do in the project.
   * @param before the file's text before the edit
   * @param isCancelled asked again and again; then `OperationCanceledException` of the compiler is thrown
   */
  rewrite(file: string, before: string, kind: RewriteKind, isCancelled: () => boolean): Rewrite {
    return this.#ofEdit(file, before, isCancelled, (view, edited) => restOf(kind, view, edited));
  }

  /** The problems that an edit of an open file adds, there and in files that import it. Parameters and errors as of `rewrite`. */
  broken(file: string, before: string, isCancelled: () => boolean): Broken {
    return this.#ofEdit(file, before, isCancelled, brokenBy);
  }

  /** Whether changes of an open file bring a problem that it does not have anywhere yet. Parameters and errors as of `rewrite`. */
  addsProblem(file: string, changes: readonly TextChange[], isCancelled: () => boolean): boolean {
    return this.#cancellable(isCancelled, (view) => addsProblem(view, file, changes));
  }

  #ofEdit<T>(
    file: string,
    before: string,
    isCancelled: () => boolean,
    use: (view: ProjectView, edited: Edited) => T,
  ): T | { reason: NoRewrite } {
    const now = this.#files.textOf(file);
    if (now === undefined) return { reason: "otherEdit" };
    return this.#cancellable(isCancelled, (view) => use(view, { file, before, now }));
  }

  #cancellable<T>(isCancelled: () => boolean, use: (view: ProjectView) => T): T {
    this.#isCancelled = isCancelled;
    try {
      const view: ProjectView = {
        compiler: this.#compiler,
        service: this.#service,
        root: this.#files.root,
        isConfigured: this.config.isConfigured,
        textOf: (name: string) => this.#files.read(name),
        parsed: (name: string, text: string) => this.#parsed(name, text),
        withTexts: <T>(texts: Texts, use: (program: ts.Program) => T) => this.#withTexts(texts, use),
      };
      return use(view);
    } finally {
      this.#isCancelled = () => false;
    }
  }

  /** Of the last texts: each kind of rewrite asks for the same two. */
  #parsed(file: string, text: string): ts.SourceFile {
    const known = this.#trees.find((tree) => tree.fileName === file && tree.text === text);
    if (known) return known;
    const tree = this.#compiler.createSourceFile(file, text, this.#compiler.ScriptTarget.ESNext, true);
    this.#trees = [tree, ...this.#trees].slice(0, MOST_TREES);
    return tree;
  }

  #withTexts<T>(texts: Texts, use: (program: ts.Program) => T): T {
    if (this.#isCancelled()) throw new this.#compiler.OperationCanceledException();
    const open = new Map([...texts.keys()].map((file) => [file, this.#files.textOf(file)]));
    for (const [file, text] of texts) this.#files.setText(file, text);
    try {
      return use(this.program()!);
    } finally {
      for (const [file, text] of open) this.#files.setText(file, text);
    }
  }

  /** The file's declarations as it is, asked once for all candidates of a problem: importing files see nothing else of it. */
  #declaredBefore(file: string): string | undefined {
    if (this.#declared?.file !== file) this.#declared = { file, text: this.#declarationsOf(file) };
    return this.#declared.text;
  }

  /** What others can see of a module; undefined where that cannot be told, and for a script, whose names everybody sees. */
  #declarationsOf(file: string): string | undefined {
    const source = this.program()?.getSourceFile(file);
    if (!source || !TYPED_PATH.test(file) || !this.#compiler.isExternalModule(source)) return undefined;
    const { emitSkipped, outputFiles } = this.#service.getEmitOutput(file, true, true);
    const own = outputFiles.filter(({ name }) => DECLARATION_PATH.test(name));
    return emitSkipped || own.length === 0 ? undefined : own.map(({ text }) => text).join("\n");
  }

  /** The problems of a file that a change leaves as it is; asked once for all candidates of a problem. */
  #problemsBefore(file: string): Problem[] {
    const known = this.#unchanged.get(file) ?? this.problems(file) ?? [];
    this.#unchanged.set(file, known);
    return known;
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
      getCancellationToken: () => ({ isCancellationRequested: () => this.#isCancelled() }),
    };
  }
}
