// Makes the index of copies of a workspace: installed packages, those that it imports first, vendored folders and files with a foreign header.
// Its own files are read too, for what is theirs is no copy. Reads through the workspace and writes nothing.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { folderOf } from "../../../common/util/folders.ts";
import { isDeclaration, isInstalled } from "../../workspace/declarationFiles.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { CopyTables } from "./copyIndex.ts";
import { CopyIndexBuilder, type CopySkip } from "./copyIndexBuilder.ts";
import { type Dependency, dependenciesOf, dependencyStamp, isCode, sourcesOfDependency } from "./dependencies.ts";
import { type FileFacts, factsOf, Owners, vendoredIn } from "./ownFiles.ts";
import { licenceText, packageLicence } from "./packageLicence.ts";

/** Size of an index in the file, in bytes. */
const MOST_BYTES = 15_000_000;

/** The most of the workspace's own files that are read. */
const MOST_OWN_FILES = 50_000;
const MOST_MANIFESTS = 500;
const TURN_MS = 8;

/** No package takes more than this share of an index. */
const MOST_SHARE = 1 / 3;

/** refused: a rule refuses it, it is too large, or gone; packageFull: its package has its share already. */
type Skip = CopySkip | "refused" | "packageFull";

export interface BuiltCopies {
  tables: CopyTables;
  packages: readonly Dependency[]; // installed
  imported: readonly Dependency[]; // of them, those that the workspace's own files import
  skipped: Readonly<Partial<Record<Skip, number>>>; // files, by reason
}

export interface BuildOptions {
  signal?: AbortSignal;
  mostBytes?: number;
  /** Told of each file that is left out. */
  onSkip?: (path: string, reason: Skip) => void;
}

/** Changes when an index has to be made anew. */
export async function copiesStamp(root: string, workspace: Workspace): Promise<string> {
  return dependencyStamp(root, manifestFolders(await workspace.list()));
}

/** @throws the signal's reason */
export async function buildCopies(
  root: string,
  workspace: Workspace,
  { signal, mostBytes = MOST_BYTES, onSkip }: BuildOptions = {},
): Promise<BuiltCopies> {
  const builder = new CopyIndexBuilder(mostBytes);
  const turn = turns(signal);
  const skipped: Partial<Record<Skip, number>> = {};
  const skip = (file: string, reason: Skip) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
    onSkip?.(file, reason);
  };
  const take = (file: string, source: number, text: string | undefined) => {
    const reason = text === undefined ? "refused" : builder.add({ path: file, source }, text);
    if (reason !== undefined) skip(file, reason);
  };
  const installed = async (file: string) => workspace.readInstalled?.(file);

  const listed = await workspace.list();
  const own: FileFacts[] = [];
  const vendored = new Map<string, string[]>(); // files, by the folder that they came in
  const owners = new Owners((await licenceText("", (file) => workspace.read(file))) ?? "");
  const sources = listed.filter((file) => isCode(file) && !isInstalled(file));
  for (const file of sources.slice(0, MOST_OWN_FILES)) {
    await turn();
    const place = vendoredIn(file);
    if (place !== undefined) {
      vendored.set(place, [...(vendored.get(place) ?? []), file]);
      continue;
    }
    const text = await workspace.read(file);
    if (text === undefined) continue;
    const facts = factsOf(file, text);
    owners.note(facts);
    own.push(facts);
  }

  for (const [place, files] of vendored) {
    const licence = await vendoredLicence(place, workspace);
    const source = builder.addSource({ name: place, licence });
    for (const file of files) {
      await turn();
      take(file, source, await workspace.read(file));
    }
  }
  for (const facts of own) {
    const owner = owners.foreign(facts);
    if (owner === undefined) continue;
    const licence = facts.spdx[0] ?? facts.headerLicence;
    take(facts.path, builder.addSource({ name: owner, licence }), await workspace.read(facts.path));
  }

  const imported = new Set(own.flatMap(({ imports }) => imports));
  const dependencies = await dependenciesOf(root, manifestFolders(listed));
  const isImported = ({ name }: Dependency) => imported.has(name);
  const distInfo = await distributions(root, dependencies, installed);
  const later: { file: string; source: number }[] = []; // declarations: they hold little that somebody would copy
  for (const dependency of [...dependencies.filter(isImported), ...dependencies.filter((one) => !isImported(one))]) {
    await turn();
    const files = await sourcesOfDependency(root, dependency);
    if (files.length === 0) continue;
    const { name } = dependency;
    const source = builder.addSource({ name, licence: await packageLicence(dependency, distInfo, installed) });
    const mostBytesHere = builder.bytes + MOST_SHARE * mostBytes;
    for (const file of files) {
      await turn();
      if (isDeclaration(file)) later.push({ file, source });
      else if (builder.bytes > mostBytesHere) skip(file, "packageFull");
      else take(file, source, await installed(file));
    }
  }
  for (const { file, source } of later) {
    await turn();
    take(file, source, await installed(file));
  }

  for (const facts of own) {
    await turn();
    const text = owners.foreign(facts) === undefined ? await workspace.read(facts.path) : undefined;
    if (text !== undefined) builder.exclude(text);
  }
  return { tables: builder.build(), packages: dependencies, imported: dependencies.filter(isImported), skipped };
}

/** Folders with a package's manifest: where package managers put a `node_modules`. */
const manifestFolders = (listed: readonly string[]): string[] =>
  [...new Set(["", ...listed.filter((file) => /(^|\/)package\.json$/.test(file)).map(folderOf)])].slice(
    0,
    MOST_MANIFESTS,
  );

async function vendoredLicence(place: string, workspace: Workspace): Promise<string> {
  return packageLicence({ kind: "npm", name: place, path: place }, new Map(), (file) => workspace.read(file));
}

/** The `dist-info` folders of Python's packages, by the names that their lists of files begin with. */
async function distributions(
  root: string,
  dependencies: readonly Dependency[],
  read: (file: string) => Promise<string | undefined>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const folders = new Set(dependencies.filter(({ kind }) => kind === "python").map((one) => folderOf(one.path)));
  for (const folder of folders) {
    for (const name of await readdir(path.join(root, folder)).catch(() => [])) {
      if (!name.endsWith(".dist-info")) continue;
      const info = `${folder}/${name}`;
      const record = (await read(`${info}/RECORD`)) ?? name.split("-")[0]!.toLowerCase();
      for (const line of record.split("\n")) {
        const [first] = line.split(/[/,]/, 1);
        if (first && !first.endsWith(".dist-info")) found.set(first.replace(/\.py$/, ""), info);
      }
    }
  }
  return found;
}

/** Lets others run now and then, and ends the work when its signal fires. */
function turns(signal: AbortSignal | undefined): () => Promise<void> {
  let startedMs = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - startedMs < TURN_MS) return;
    await nextTurn();
    startedMs = performance.now();
    signal?.throwIfAborted();
  };
}
