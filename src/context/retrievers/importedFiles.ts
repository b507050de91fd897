// The files that a document imports, and the names that it imports from each; re-exports are followed (`index.ts` → the declaring file).
// A file that cannot be read in time, or may not be read, is dropped with a reason.

import { setImmediate as nextTurn } from "node:timers/promises";
import { REFUSALS, type Refusal } from "../../../common/rules/refusal.ts";
import type { Import } from "../../../common/syntax/imports.ts";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import type { DroppedPiece } from "../../../server/host/protocol/messages.ts";
import type { ResolvedFile } from "../../modules/lookup.ts";
import type { ModuleResolver } from "../../modules/resolveModule.ts";
import type { FileFacts } from "../../workspace/fileFacts.ts";
import { inTime } from "../inTime.ts";
import type { ImportedFile, RetrievalPlace } from "./retriever.ts";

/** How many levels of re-exports are followed. */
const MAX_HOPS = 3;

/** The most files that are followed: a barrel of a large package names hundreds. */
const MAX_FILES = 60;

/** The most modules that are looked for at once, and names of one that may be modules of their own: each asks the disk several times. */
const MAX_MODULES = 200;
const MAX_NAMES = 200;

export interface ImportReading {
  resolver: ModuleResolver;
  factsOf(path: string, text: string): FileFacts;
  drop(piece: DroppedPiece): void;
}

/** Value of the feature "imported"; a file that is reached through a re-export counts half. */
export const importedFeature = (hops: number): number => (hops === 0 ? 1 : 0.5);

/** The names that a file imports from a module. */
interface Taking {
  module: string;
  from: string; // path of the file that imports or re-exports
  languageId: string;
  names: ReadonlyMap<string, string>; // the module's name -> the document's name
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

/** @param late when it fires, the files found so far are the answer and the rest is dropped: the next request finds more of them ready */
export async function importedFiles(
  place: Pick<RetrievalPlace, "path" | "imports"> & { document: { languageId: string } },
  reading: ImportReading,
  late: AbortSignal,
): Promise<readonly ImportedFile[]> {
  const found = new Map<string, Taken>();
  const readingInTime = { ...reading, isReady: oneByOne(late) };
  let wave = place.imports.map((one) => takingOf(one, place.path, place.document.languageId));
  for (let hops = 0; hops <= MAX_HOPS && wave.length > 0 && !late.aborted; hops++) {
    for (const { module } of wave.splice(MAX_MODULES)) reading.drop({ kind: "import", path: module, reason: TOO_MANY });
    const resolved = await Promise.all(wave.map((taking) => filesInTime(taking, readingInTime, late)));
    wave = [];
    for (const { taking, file, facts } of resolved.flat()) {
      if (facts.path === place.path) continue;
      if (!found.has(facts.path) && found.size >= MAX_FILES) {
        reading.drop({ kind: "import", path: facts.path, reason: TOO_MANY });
        continue;
      }
      const fresh = note(found, facts, ofFile(taking, file), hops);
      if (fresh) wave.push(...reExports(facts, fresh));
    }
  }
  return [...found.values()];
}

const NOT_IN_TIME = "not read in time";
const TOO_MANY = "too many imported files";

interface Reading extends ImportReading {
  isReady(facts: FileFacts): Promise<boolean>; // false where it is too late
}

/**
 * Prepares files, one per turn of the event loop, so that the signal and newer keystrokes are handled in between. At least one file is prepared
 * however late it is, so that a series of requests prepares all of them.
 */
function oneByOne(late: AbortSignal): (facts: FileFacts) => Promise<boolean> {
  let last: Promise<unknown> = Promise.resolve();
  let made = 0;
  return async (facts) => {
    if (facts.isReady) return true;
    await (last = last.then(() => nextTurn()));
    if (!late.aborted || made++ === 0) facts.prepare();
    return facts.isReady;
  };
}

async function filesInTime(taking: Taking, reading: Reading, late: AbortSignal) {
  const files = await inTime(filesOf(taking, reading, late), late);
  if (files === undefined) reading.drop({ kind: "import", path: taking.module, reason: NOT_IN_TIME });
  return files ?? [];
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

/** `from . import a` imports the module `a` as a whole. */
function ofFile(taking: Taking, { submodule }: ResolvedFile): Taking {
  if (submodule === undefined) return taking;
  const local = taking.names.get(submodule) ?? submodule;
  return { ...taking, names: new Map(), everything: true, namespaces: new Set([local]) };
}

async function filesOf(taking: Taking, { resolver, factsOf, isReady, drop }: Reading, late: AbortSignal) {
  const { module, from, languageId, names } = taking;
  const refused = (path: string, refusal: Refusal) => drop({ kind: "import", path, reason: REFUSALS[refusal] });
  const files: { taking: Taking; file: ResolvedFile; facts: FileFacts }[] = [];
  try {
    for (const file of await resolver.resolve(
      module,
      from,
      languageId,
      refused,
      [...names.keys()].slice(0, MAX_NAMES),
    )) {
      if (late.aborted) break;
      const text = await resolver.read(file, refused);
      if (text === undefined) continue;
      const facts = factsOf(file.path, text);
      if (await isReady(facts)) files.push({ taking, file, facts });
      else drop({ kind: "import", path: facts.path, reason: NOT_IN_TIME });
    }
  } catch (error) {
    drop({ kind: "import", path: module, reason: `not readable: ${(error as Error).message}` });
  }
  return files;
}

/** Adds the names imported from a file. @returns those that are new; undefined where there are none */
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

/** The imports and re-exports of a file that may provide the names imported from it. */
function reExports(facts: FileFacts, { names, everything, namespaces }: Taking): Taking[] {
  const languageId = languageOfPath(facts.path) ?? "";
  return facts.imports.flatMap((one): Taking[] => {
    const { module } = one;
    const base = { module, from: facts.path, languageId, everything: false, namespaces: new Set<string>() };
    if (one.everything && one.locals.length === one.names.length) {
      return names.size > 0 || everything ? [{ ...base, names, everything, namespaces }] : []; // `export * from`
    }
    const through = new Map<string, string>();
    for (const [i, theirs] of one.names.entries()) {
      const here = one.exported[i] ?? one.locals[i] ?? theirs;
      const local = names.get(here) ?? (everything && one.exported.length > 0 ? here : undefined);
      if (local !== undefined) through.set(theirs, local);
    }
    return through.size > 0 ? [{ ...base, names: through }] : [];
  });
}
