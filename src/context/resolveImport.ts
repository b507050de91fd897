// Finds the file of the workspace that a module specifier means, by trying the names that the language allows.
// Must not read configuration: path mappings and packages are a later matter.

import path from "node:path";
import type { Refusal } from "../../common/rules/refusal.ts";
import type { Import } from "../../common/syntax/imports.ts";
import type { Workspace } from "./workspace.ts";

interface Resolved {
  path: string;
  text: string;
  names: string[];
  everything: boolean;
  locals: string[];
}

const ecmaScriptEndings = [".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs"];

/** "./a.js" is written for a file that is "a.ts" before it is compiled. */
const compiledEnding = /\.([mc])?jsx?$/;

/** A workspace's files, and who is told of those that are there and may not be read. */
interface Reading {
  workspace: Workspace;
  refused: (path: string, refusal: Refusal) => void;
}

/**
 * The files that an import of `fromPath` means; none where it leads out of the workspace.
 * @param refused told of files that it may mean and that the workspace's rules keep shut
 */
export async function resolveImport(
  found: Import,
  fromPath: string,
  indented: boolean,
  workspace: Workspace,
  refused: Reading["refused"] = () => {},
): Promise<Resolved[]> {
  const reading = { workspace, refused };
  return indented ? resolvePython(found, fromPath, reading) : resolveEcmaScript(found, fromPath, reading);
}

async function resolveEcmaScript(found: Import, fromPath: string, reading: Reading): Promise<Resolved[]> {
  if (!/^\.\.?(\/|$)/.test(found.module)) return [];
  const target = path.posix.join(path.posix.dirname(fromPath), found.module);
  const stem = target.replace(compiledEnding, "");
  const candidates = [
    ...(path.posix.extname(target) ? [target] : []),
    ...(stem !== target ? [`${stem}.ts`, `${stem}.tsx`, `${stem}.mts`, `${stem}.cts`] : []),
    ...ecmaScriptEndings.map((ending) => target + ending),
    ...ecmaScriptEndings.slice(0, 5).map((ending) => `${target}/index${ending}`),
  ];
  const file = await firstReadable(candidates, reading);
  const { names, everything, locals } = found;
  return file ? [{ ...file, names, everything, locals }] : [];
}

async function resolvePython(found: Import, fromPath: string, reading: Reading): Promise<Resolved[]> {
  const [, dots, dotted] = /^(\.*)(.*)$/.exec(found.module)!;
  const folder = path.posix.dirname(fromPath);
  const parts = dotted === "" ? [] : dotted!.split(".");
  const bases = dots === "" ? [".", "src", folder] : [path.posix.join(folder, "../".repeat(dots!.length - 1))];
  for (const base of bases) {
    const target = path.posix.join(base, ...parts);
    const files: Resolved[] = [];
    // `from . import a`: a name may be a module of the package
    for (const [i, name] of found.names.entries()) {
      const module = await firstReadable([`${target}/${name}.py`, `${target}/${name}/__init__.py`], reading);
      if (module) files.push({ ...module, names: [], everything: true, locals: found.locals.slice(i, i + 1) });
    }
    const own = await firstReadable([...(parts.length > 0 ? [`${target}.py`] : []), `${target}/__init__.py`], reading);
    const { names, everything, locals } = found;
    if (own) files.push({ ...own, names, everything, locals });
    if (files.length > 0) return files;
  }
  return [];
}

async function firstReadable(
  candidates: string[],
  { workspace, refused }: Reading,
): Promise<{ path: string; text: string } | undefined> {
  for (const candidate of candidates) {
    const clean = path.posix.normalize(candidate);
    if (clean.startsWith("../")) continue;
    const text = await workspace.read(clean, (refusal) => refused(clean, refusal));
    if (text !== undefined) return { path: clean, text };
  }
  return undefined;
}
