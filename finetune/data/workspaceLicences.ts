// Which files of a workspace stand under a licence of somebody else's that forbids learning from them. What the workspace itself stands
// under, by its root or by what most of its files say, is its owner's, and forbids nothing.

import path from "node:path";
import type { Workspace } from "../../src/context/workspace.ts";
import { forbiddingFamilies, type LicenceFamily } from "./licences.ts";

const LICENCE_FILE = /(^|\/)((un)?licen[cs]e|copying)(\.(md|txt|rst))?$/i;
const MANIFEST = /(^|\/)(package\.json|Cargo\.toml|pyproject\.toml)$/;
const MANIFEST_LICENCE = /^\s*"?licen[cs]e"?\s*[:=]\s*(?:\{\s*text\s*=\s*)?["']([^"']+)["']/m;

/** Licence notes stand at the top, in comments. */
const HEADER_UNITS = 1_500;
const COMMENT_LINE = /^\s*(\/\/|\/?\*|#|--|"""|'''|<!--)/;

export interface WorkspaceLicences {
  /** Those of the root. */
  own: ReadonlySet<LicenceFamily>;
  /** Folders, each with a slash at its end, that state another one which forbids. */
  foreignFolders: readonly string[];
}

/** @param paths all files of the workspace */
export async function workspaceLicences(workspace: Workspace, paths: readonly string[]): Promise<WorkspaceLicences> {
  const stated: { folder: string; families: readonly LicenceFamily[] }[] = [];
  let isRootStated = false;
  for (const file of paths) {
    const isManifest = MANIFEST.test(file);
    if (!isManifest && !LICENCE_FILE.test(file)) continue;
    const text = await workspace.read(file);
    const licence = text === undefined || !isManifest ? text : MANIFEST_LICENCE.exec(text)?.[1];
    if (licence === undefined) continue;
    const folder = path.posix.dirname(file);
    if (folder === ".") isRootStated = true;
    stated.push({ folder: folder === "." ? "" : `${folder}/`, families: forbiddingFamilies(licence) });
  }
  const own = new Set(stated.filter(({ folder }) => folder === "").flatMap(({ families }) => families));
  if (!isRootStated) own.add("reserved"); // so does whoever states nothing
  const foreignFolders = stated
    .filter(({ folder, families }) => folder !== "" && families.some((family) => !isOwn(family, own)))
    .map(({ folder }) => folder);
  return { own, foreignFolders };
}

/** A private package within the workspace reserves its rights: they are the owner's. */
const isOwn = (family: LicenceFamily, own: ReadonlySet<LicenceFamily>) => family === "reserved" || own.has(family);

/** The comment that a text begins with, if it names a licence that forbids and is not the workspace's own; years and blanks left out. */
export function foreignHeader(text: string, own: ReadonlySet<LicenceFamily>): string | undefined {
  const header = leadingComment(text);
  if (forbiddingFamilies(header).every((family) => own.has(family))) return undefined;
  return header.replace(/[\d\s]+/g, " ").trim();
}

function leadingComment(text: string): string {
  const lines: string[] = [];
  let inBlock = false;
  for (const line of text.slice(0, HEADER_UNITS).split("\n")) {
    if (!inBlock && line.trim() !== "" && !COMMENT_LINE.test(line)) break;
    if (/^\s*\/\*/.test(line)) inBlock = true;
    lines.push(line);
    if (line.includes("*/")) inBlock = false;
  }
  return lines.join("\n");
}
