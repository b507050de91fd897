// Which of a workspace's files are its own, and which somebody else's: vendored folders, and files whose header names another owner or licence.
// Also what its own files import. Pure.

import { leadingComments } from "../../../common/licences/leadingComments.ts";
import { licencesOfText } from "../../../common/licences/licenceTexts.ts";

const VENDORED = /^((?:.*\/)?(?:vendor|vendors|vendored|third[-_]?party|3rd[-_]?party)\/(?:@[^/]+\/)?[^/]+)(?:\/|$)/i;

/** How much of a file is searched for a header, in UTF-16 units. */
const HEADER_UNITS = 3_000;

/** A share of a workspace's files from which on the owner of their headers is its own. */
const OWN_SHARE = 0.1;
const OWN_FILES = 3;

export interface FileFacts {
  path: string;
  holders: readonly string[]; // of the copyright, as the header names them
  spdx: readonly string[]; // licences that the header names
  headerLicence: string; // what its text is, "" where it is none that is known
  imports: readonly string[]; // names of packages
}

/** The vendored package that a path belongs to: its folder or file. */
export const vendoredIn = (path: string): string | undefined => VENDORED.exec(path)?.[1];

export function factsOf(path: string, text: string): FileFacts {
  const header = leadingComments(text.slice(0, HEADER_UNITS)).join("\n");
  const holders = [...header.matchAll(HOLDER)].map(([, holder]) => normalised(holder!)).filter((name) => name !== "");
  const spdx = [...header.matchAll(SPDX)].map(([, id]) => id!.split("--")[0]!.trim()); // "-->" ends a comment of markup
  const headerLicence = /licen[cs]e|permission/i.test(header) ? licencesOfText(header).join(" AND ") : "";
  return { path, holders, spdx, headerLicence, imports: importsOf(text) };
}

/** "Copyright (c) 2013-2020, Jane Doe." */
const HOLDER =
  /copyright\b[ \t]{0,4}(?:\(c\)|©|&copy;)?[\d, \t–-]{0,40}(?:present)?[, \t]{0,4}(?:by )?([^\n\d*]{3,80})/gi;

const SPDX = /SPDX-License-Identifier:[ \t]{0,8}([\w.+\-() ]{1,120})/g;

/** What follows a holder's name on its line. */
const AFTER_HOLDER = /\.\s|\bSPDX\b|\ball rights reserved/i;

const normalised = (holder: string): string =>
  holder
    .split(AFTER_HOLDER, 1)[0]!
    .replace(/\(c\)|<[^<>]{0,200}>/gi, " ")
    .replace(/[^\p{L}]+/gu, " ")
    .trim()
    .toLowerCase();

/** Who owns a workspace: what its LICENSE file names, and what a good part of its headers do. */
export class Owners {
  readonly #licence: string;
  readonly #counts = new Map<string, number>();
  #files = 0;

  /** @param licence text of the LICENSE file at the root */
  constructor(licence: string) {
    this.#licence = normalised(licence);
    for (const id of licencesOfText(licence)) this.#counts.set(id, Number.POSITIVE_INFINITY);
  }

  note({ holders, spdx }: FileFacts): void {
    this.#files++;
    for (const name of new Set([...holders, ...spdx])) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Whom the header of a file names that is no owner: a copyright's holder or a licence. All files must have been noted. */
  foreign({ holders, spdx }: FileFacts): string | undefined {
    const named = [...holders, ...spdx];
    return named.length > 0 && !named.some((name) => this.#isOwn(name)) ? named[0] : undefined;
  }

  #isOwn(name: string): boolean {
    const count = this.#counts.get(name) ?? 0;
    return this.#licence.includes(name) || (count >= OWN_FILES && count >= OWN_SHARE * this.#files);
  }
}

const IMPORTS =
  /\bfrom ?["']([^"'\n]{1,200})["']|\b(?:import|require) ?\(? ?["']([^"'\n]{1,200})["']|^[ \t]{0,40}(?:from ([\w.]{1,200}) import\b|import ([\w.]{1,200}))/gm;

function importsOf(text: string): string[] {
  const names = new Set<string>();
  for (const [, from, required, python, module] of text.matchAll(IMPORTS)) {
    const npm = from ?? required;
    if (npm !== undefined) {
      if (!/^[./#]|^node:/.test(npm)) names.add(npm.split("/", npm.startsWith("@") ? 2 : 1).join("/"));
    } else names.add((python ?? module)!.split(".")[0]!);
  }
  return [...names];
}
