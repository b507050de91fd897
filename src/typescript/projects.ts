// The projects of one workspace folder, by file: each is built when first needed, and again when the disk has changed.
// Knows nothing of threads: `worker.ts` runs it in one.

import type ts from "typescript";
import type { NoSymbolsReason, SymbolAnswer } from "../completion/symbols/symbolCheck.ts";
import type { CompilerChecker } from "./checker.ts";
import type { Compiler } from "./compiler.ts";
import { type Insertion, Project } from "./project.ts";
import { projectConfigOf } from "./projectConfig.ts";
import { ProjectFiles, type ProjectFilesOptions } from "./projectFiles.ts";

/** The most projects in memory: each holds the types of everything that its files import. */
const MAX_PROJECTS = 3;

/** The most rounds of the compiler requesting files and the rules answering. */
const MAX_ROUNDS = 8;

const SOURCE_PATH = /\.[cm]?[jt]sx?$/;

/** The longest text that is checked, in UTF-16 units: a longer one is data and takes too long. */
const MAX_TEXT_UNITS = 1_500_000;

export class Projects {
  readonly #compiler: Compiler;
  readonly #files: ProjectFiles;
  readonly #registry: ts.DocumentRegistry;
  readonly #projects = new Map<string, Project>(); // in the order of use
  readonly #byFile = new Map<string, Project>();
  readonly #outdated = new WeakSet<Project>(); // projects whose files on the disk have changed

  constructor(compiler: Compiler, options: ProjectFilesOptions) {
    this.#compiler = compiler;
    this.#files = new ProjectFiles(compiler, options);
    this.#registry = compiler.createDocumentRegistry(compiler.sys.useCaseSensitiveFileNames, options.root);
  }

  /** @param text of an open document; undefined when it was closed */
  setText(file: string, text: string | undefined): void {
    this.#files.setText(file, text);
    if (text === undefined) this.#byFile.delete(file);
  }

  /** Whether questions about the file can be answered at once. */
  isBuilt(file: string): boolean {
    return this.#byFile.has(file);
  }

  /** Builds the program that holds an open file. @returns why there is none */
  async build(file: string): Promise<NoSymbolsReason | undefined> {
    if (!SOURCE_PATH.test(file)) return "otherLanguage";
    const text = this.#files.textOf(file);
    if (text === undefined || text.length > MAX_TEXT_UNITS) return "noProgram";
    if (this.#byFile.has(file)) return undefined;
    const config = projectConfigOf(this.#compiler, this.#files.root, file);
    if (!config) return "noProgram";
    await this.#files.settle([...config.files, ...this.#files.openFiles]);
    const current = this.#projects.get(config.key);
    if (current && !this.#outdated.has(current) && current.program()?.getSourceFile(file)) {
      if (!(await this.#files.settle())) {
        this.#byFile.set(file, current);
        return undefined;
      }
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const project = new Project(this.#compiler, config, this.#files, this.#registry);
      for (const open of this.#ownOf(config.key, file)) project.add(open);
      const program = project.program(); // before the old project is disposed of, so that shared files are parsed only once
      this.#projects.get(config.key)?.dispose();
      this.#projects.delete(config.key);
      this.#projects.set(config.key, project);
      if ((await this.#files.settle()) && round < MAX_ROUNDS - 1) continue; // at the end what is farther away stays unresolved
      if (!program?.getSourceFile(file)) return "noProgram";
      for (const [known, { config: other }] of this.#byFile)
        if (other.key === config.key) this.#byFile.set(known, project);
      this.#byFile.set(file, project);
      break;
    }
    this.#dropOldest();
    return this.#byFile.has(file) ? undefined : "noProgram";
  }

  /** The unknown symbols of an insertion into a built file. */
  unknownIn(file: string, insertion: Insertion): SymbolAnswer {
    return this.of(file)?.unknownIn(file, insertion) ?? { reason: "building" };
  }

  /** The project of a built file. */
  of(file: string): Project | undefined {
    const project = this.#byFile.get(file);
    if (project) {
      this.#projects.delete(project.config.key);
      this.#projects.set(project.config.key, project);
    }
    return project;
  }

  /** A checker for a file with this text, which counts as open from now on; or why there is none. */
  async checkerOf(file: string, text: string): Promise<CompilerChecker | { reason: NoSymbolsReason }> {
    this.setText(file, text);
    const reason = await this.build(file);
    const project = this.of(file);
    if (reason || !project) return { reason: reason ?? "noProgram" };
    return {
      problems: async () => project.problems(file) ?? [],
      problemsWith: async (changes) => project.problemsWith(file, changes),
      ownFixes: async (problem) => project.ownFixes(file, problem),
      faultOf: async (changes, problem, before) => project.faultOf(file, changes, problem, before),
      pieces: async (range) => project.pieces(file, range) ?? { pieces: [], refused: [] },
    };
  }

  /** Files were created, changed or deleted on the disk. */
  changed(files: readonly string[]): void {
    this.#files.refresh(files);
    const isStructural = files.some(
      (file) => !SOURCE_PATH.test(file) || !this.#files.exists(file) || !this.#isKnown(file),
    );
    if (isStructural) this.#forget();
  }

  /** Compares the files read so far with the disk, and asks the rules about files that answers have requested; the next answer uses the result. */
  async refresh(): Promise<void> {
    this.#files.refresh();
    await this.#files.settle();
  }

  dispose(): void {
    for (const project of this.#projects.values()) project.dispose();
    this.#projects.clear();
    this.#byFile.clear();
  }

  #isKnown(file: string): boolean {
    return [...this.#projects.values()].some((project) => project.program()?.getSourceFile(file) !== undefined);
  }

  /** Marks projects to be rebuilt when they are needed: their files, or the files that imports resolve to, may have changed. */
  #forget(): void {
    this.#files.forgetRules();
    this.#byFile.clear();
    for (const project of this.#projects.values()) this.#outdated.add(project);
  }

  /** Open files of a project that its configuration may not name. */
  #ownOf(key: string, file: string): string[] {
    const others = [...this.#byFile].filter(([, { config }]) => config.key === key).map(([known]) => known);
    return [...new Set([...others, file])];
  }

  #dropOldest(): void {
    for (const [key, project] of this.#projects) {
      if (this.#projects.size <= MAX_PROJECTS) return;
      this.#projects.delete(key);
      for (const [file, its] of this.#byFile) if (its === project) this.#byFile.delete(file);
      project.dispose();
    }
  }
}
