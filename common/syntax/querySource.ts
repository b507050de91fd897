// Reads the query files: one a language, in sections. A section begins at a line such as ";; definitions":
//   definitions  what is a scope: @definition.<kind> with @name, @body, @value (the function or class that a name is bound to), @path (what
//                names it in a scope path), @container (the type that a method is declared outside of); @scope.<word> with @name: a scope that is no
//                definition; @wrapper around @wrapped and @leading before a definition belong to it; @default marks a default export
//   values       variables, constants and fields, as @definition.<kind>; with @owner only where that is `self`, `this` or `exports`
//   references   @reference with @receiver; names that are @declared are none
//   imports      @import with @import.module, .name, .alias, .default, .local, .reexported, .everything; .last is a module whose last part
//                is the local name; .require must be the word `require`
//   outline      @elided: what an outline leaves out; @opened: a namespace whose members it lists one by one
//   regions      @string, @substitution (code in a string), @comment
// Must not know a grammar.

import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../util/packageRoot.ts";
import type { QueryName } from "./syntax.ts";

const sectionsOf: Readonly<Record<QueryName, readonly string[]>> = {
  definitions: ["definitions", "values"],
  references: ["references"],
  imports: ["imports"],
  outline: ["outline"],
  regions: ["regions"],
};

/** What every language has. */
const always: Partial<Record<QueryName, string>> = { regions: "(ERROR) @error" };

/**
 * The source of a query; "" where the files have nothing for it.
 * @param files names of query files without their extension
 * @throws Error where a file is missing: the installation is broken
 */
export function querySource(files: readonly string[], name: QueryName): string {
  const found = files.flatMap((file) => {
    const sections = readSections(file);
    return sectionsOf[name].map((section) => sections.get(section) ?? "");
  });
  return [...found, always[name] ?? ""].join("\n").trim();
}

const read = new Map<string, ReadonlyMap<string, string>>();

function readSections(file: string): ReadonlyMap<string, string> {
  let sections = read.get(file);
  if (!sections) {
    const text = readFileSync(
      path.join(packageRoot(import.meta.dirname), "common", "syntax", "queries", `${file}.scm`),
      "utf8",
    );
    const [, ...parts] = text.split(/^;; /m);
    sections = new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")).trim(), part.slice(part.indexOf("\n"))]));
    read.set(file, sections);
  }
  return sections;
}

/** The compiled queries of a language, each made when it is first asked for; undefined where there is nothing to ask. */
export class Queries<Query> {
  readonly #files: readonly string[];
  readonly #compile: (source: string) => Query;
  readonly #byName = new Map<QueryName, Query | undefined>();

  /** @param compile throws where the source does not fit the grammar */
  constructor(files: readonly string[], compile: (source: string) => Query) {
    this.#files = files;
    this.#compile = compile;
  }

  get(name: QueryName): Query | undefined {
    if (!this.#byName.has(name)) {
      const source = querySource(this.#files, name);
      this.#byName.set(name, source === "" ? undefined : this.#compile(source));
    }
    return this.#byName.get(name);
  }
}
