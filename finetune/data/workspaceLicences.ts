// Finds the files of a workspace under somebody else's licence that forbids learning from them. The workspace's own licence, at its root or in
// most of its files, is its owner's and forbids nothing.

import path from "node:path";
import { leadingComments } from "../../common/licences/leadingComments.ts";
import type { Workspace } from "../../src/workspace/workspace.ts";
import { forbiddingFamilies, type LicenceFamily } from "./licences.ts";

const LICENCE_FILE = /(^|\/)((un)?licen[cs]e|copying)(\.(md|txt|rst))?$/i;
const MANIFEST = /(^|\/)(package\.json|Cargo\.toml|pyproject\.toml)$/;
const MANIFEST_LICENCE = /(?:^|[{,])\s*"?licen[cs]e"?\s*[:=]\s*(?:\{\s*text\s*=\s*)?["']([^"']+)["']/m;

/** How much of a file is searched: licence notes stand at the top, in comments. */
const HEADER_UNITS = 1_500;

export interface WorkspaceLicences {
  /** The licences of the root. */
  own: ReadonlySet<LicenceFamily>;
  /** Folders, each ending with a slash, that state another licence which forbids learning. */
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
  if (!isRootStated) own.add("reserved"); // a workspace without a statement reserves its rights, too
  const foreignFolders = stated
    .filter(({ folder, families }) => folder !== "" && families.some((family) => !isOwn(family, own)))
    .map(({ folder }) => folder);
  return { own, foreignFolders };
}

/** "reserved" always counts as the workspace's own: a private package within it reserves its owner's rights. */
const isOwn = (family: LicenceFamily, own: ReadonlySet<LicenceFamily>) => family === "reserved" || own.has(family);

/** The comments at the top of a text that name a forbidding licence other than the workspace's own, without years and white space. */
export function foreignHeader(text: string, own: ReadonlySet<LicenceFamily>): string | undefined {
  const comments = leadingComments(text.slice(0, HEADER_UNITS));
  if (forbiddingFamilies(comments.join("\n")).every((family) => own.has(family))) return undefined;
  const foreign = comments.filter((comment) => forbiddingFamilies(comment).some((family) => !own.has(family)));
  return foreign.join("\n").replace(/[\d\s]+/g, " ");
}
