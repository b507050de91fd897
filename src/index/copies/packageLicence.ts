// The licence of an installed package: what its manifest says, and what its LICENSE file is. Reads through the workspace.

import { isLabelTrue, licencesOfText } from "../../../common/licences/licenceTexts.ts";
import { parsedJson } from "../../../common/util/parsedJson.ts";
import type { Dependency } from "./dependencies.ts";

type Read = (path: string) => Promise<string | undefined>;

const LICENCE_FILES = [
  "LICENSE",
  "LICENSE.md",
  "LICENSE.txt",
  "license",
  "LICENCE",
  "LICENCE.md",
  "COPYING",
  "licenses/LICENSE",
];

const MOST_LABEL_UNITS = 60;

/** @param distInfo folders of Python's distributions, by the names that they install */
export async function packageLicence(
  { kind, name, path }: Dependency,
  distInfo: ReadonlyMap<string, string>,
  read: Read,
): Promise<string> {
  const folder = kind === "npm" ? path : distInfo.get(name);
  if (folder === undefined) return "";
  const label =
    kind === "npm" ? npmLabel(await read(`${folder}/package.json`)) : pythonLabel(await read(`${folder}/METADATA`));
  return licenceOf(label, await licenceText(folder, read));
}

/** The text of the LICENSE file of a folder. */
export async function licenceText(folder: string, read: Read): Promise<string | undefined> {
  for (const name of LICENCE_FILES) {
    const text = await read(folder === "" ? name : `${folder}/${name}`);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The label; or what the text is, where there is none; or both, where the text is another licence than the label says. */
function licenceOf(label: string, text: string | undefined): string {
  const ids = text === undefined ? [] : licencesOfText(text);
  if (label === "" || /^SEE LICEN[CS]E/i.test(label)) return ids.join(" AND ");
  const isOther =
    ids.length > 0 && !isLabelTrue(label, [text!]) && /^[\w.()+\- ]+$/.test(label) && !label.includes(" AND ");
  return isOther ? `${label}; its LICENSE file is ${ids.join(" AND ")}` : label;
}

function npmLabel(manifest: string | undefined): string {
  const { license, licenses } = (manifest === undefined ? {} : ((parsedJson(manifest) ?? {}) as Manifest)) as Manifest;
  const one = license ?? (Array.isArray(licenses) ? licenses[0] : licenses);
  const label = typeof one === "object" && one !== null ? (one as { type?: unknown }).type : one;
  return short(typeof label === "string" ? label : "");
}

interface Manifest {
  license?: unknown;
  licenses?: unknown; // of old packages
}

function pythonLabel(metadata: string | undefined): string {
  const head = metadata?.split(/\r?\n\r?\n/, 1)[0] ?? "";
  const label =
    /^License-Expression: (.+)$/m.exec(head)?.[1] ??
    /^License: (?!UNKNOWN)(.+)$/m.exec(head)?.[1] ??
    /^Classifier: License :: (?:.* :: )?(.+)$/m.exec(head)?.[1];
  return short(label ?? "");
}

const short = (label: string): string => label.replace(/\s+/g, " ").trim().slice(0, MOST_LABEL_UNITS);
