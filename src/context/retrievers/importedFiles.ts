// The files that a document imports, and what it takes of each; re-exports are followed (`index.ts` → the file that declares).
// What is not readable in time, or may not be read, is dropped with a reason.

import { REFUSALS, type Refusal } from "../../../common/rules/refusal.ts";
import type { Import } from "../../../common/syntax/imports.ts";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import type { DroppedPiece } from "../../../server/protocol/messages.ts";
import type { FileFacts } from "../fileFacts.ts";
import type { ResolvedFile } from "../modules/lookup.ts";
import type { ModuleResolver } from "../modules/resolveModule.ts";
import type { ImportedFile, RetrievalPlace } from "./retriever.ts";

/** How far re-exports are followed. */
const MAX_HOPS = 3;

/** A barrel of a large package names hundreds. */
const MAX_FILES = 60;

export interface ImportReading {
  resolver: ModuleResolver;
  factsOf(path: string, text: string): FileFacts;
  drop(piece: DroppedPiece): void;
}

/** What is taken of a module, by whom. */
interface Taking {
  module: string;
  from: string; // path of the file that imports or re-exports
  languageId: string;
  names: ReadonlyMap<string, string>; // as the module calls them -> as the document does
  everything: boolean;
  namespaces: ReadonlySet<string>;
}

interface Taken {
  facts: FileFacts;
  hops: number;
  everything: boolean;
  names: Map<string, string>;
  namespaces: Set<string>;
}

/** @param late when it fires, what has been found is the answer */
export async function importedFiles(
  place: Pick<RetrievalPlace, "path" | "imports"> & { document: { languageId: string } },
  reading: ImportReading,
  late: AbortSignal,
): Promise<readonly ImportedFile[]> {
  const found = new Map<string, Taken>();
  let wave = place.imports.map((one) => takingOf(one, place.path, place.document.languageId));
  for (let hops = 0; hops <= MAX_HOPS && wave.length > 0 && !late.aborted; hops++) {
    const resolved = await Promise.all(wave.map((taking) => filesOf(taking, reading, late)));
    wave = [];
    for (const { taking, file, facts } of resolved.flat()) {
      if (facts.path === place.path || (!found.has(facts.path) && found.size >= MAX_FILES)) continue;
      const fresh = note(found, facts, ofFile(taking, file), hops);
      if (fresh) wave.push(...reExports(facts, fresh));
    }
  }
  return [...found.values()];
}

function takingOf({ module, names, everything, locals }: Import, from: string, languageId: string): Taking {
  const named = new Map(names.map((name, i) => [name, locals[i] ?? name]));
  return {
    module,
    from,
    languageId,
    names: named,
    everything,
    namespaces: new Set(everything ? locals.slice(names.length) : []),
  };
}

/** `from . import a` takes the module `a` as a whole. */
function ofFile(taking: Taking, { submodule }: ResolvedFile): Taking {
  if (submodule === undefined) return taking;
  const local = taking.names.get(submodule) ?? submodule;
  return { ...taking, names: new Map(), everything: true, namespaces: new Set([local]) };
}

async function filesOf(taking: Taking, { resolver, factsOf, drop }: ImportReading, late: AbortSignal) {
  const { module, from, languageId, names } = taking;
  const refused = (path: string, refusal: Refusal) => drop({ kind: "import", path, reason: REFUSALS[refusal] });
  const files: { taking: Taking; file: ResolvedFile; facts: FileFacts }[] = [];
  try {
    for (const file of await resolver.resolve(module, from, languageId, refused, [...names.keys()])) {
      if (late.aborted) break;
      const text = await resolver.read(file, refused);
      if (text !== undefined) files.push({ taking, file, facts: factsOf(file.path, text) });
    }
  } catch (error) {
    drop({ kind: "import", path: module, reason: `not readable: ${(error as Error).message}` });
  }
  return files;
}

/** Adds what is taken of a file. @returns what had not been taken of it before; undefined where that is nothing */
function note(found: Map<string, Taken>, facts: FileFacts, taking: Taking, hops: number): Taking | undefined {
  const known = found.get(facts.path);
  const taken = known ?? { facts, hops, everything: false, names: new Map(), namespaces: new Set() };
  const fresh = new Map([...taking.names].filter(([name]) => !taken.names.has(name)));
  const moreThanNames = taking.everything && !taken.everything;
  for (const [name, local] of fresh) taken.names.set(name, local);
  for (const local of taking.namespaces) taken.namespaces.add(local);
  taken.everything ||= taking.everything;
  found.set(facts.path, taken);
  return known && fresh.size === 0 && !moreThanNames ? undefined : { ...taking, names: fresh };
}

/** The re-exports of a file through which what is taken may come. */
function reExports(facts: FileFacts, { names, everything, namespaces }: Taking): Taking[] {
  if (!/\bexport\b[^;]*\bfrom\b|^\s*from\s|\bpub use\b/m.test(facts.text)) return [];
  const languageId = languageOfPath(facts.path) ?? "";
  return facts.imports.flatMap((one): Taking[] => {
    const through =
      everything || one.everything ? names : new Map([...names].filter(([name]) => one.names.includes(name)));
    if (through.size === 0 && !(everything && one.everything)) return [];
    return [
      {
        module: one.module,
        from: facts.path,
        languageId,
        names: through,
        everything: everything && one.everything,
        namespaces,
      },
    ];
  });
}
