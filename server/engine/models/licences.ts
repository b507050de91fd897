// Lists the licences that allow every use of a model. A model under any other licence needs the user's explicit acceptance.

import { licenceNotAccepted } from "../../../common/errors.ts";

/** Licences that forbid no use, by the names in model cards, in lower case. Every other licence is assumed to forbid some use. */
const ALLOW_EVERY_USE: ReadonlySet<string> = new Set([
  "0bsd",
  "afl-3.0",
  "agpl-3.0",
  "apache-2.0",
  "artistic-2.0",
  "bsd",
  "bsd-2-clause",
  "bsd-3-clause",
  "bsd-3-clause-clear",
  "bsl-1.0", // Boost's
  "cc-by-2.0",
  "cc-by-3.0",
  "cc-by-4.0",
  "cc-by-sa-3.0",
  "cc-by-sa-4.0",
  "cc0-1.0",
  "cdla-permissive-1.0",
  "cdla-permissive-2.0",
  "ecl-2.0",
  "epl-2.0",
  "eupl-1.2",
  "gpl",
  "gpl-2.0",
  "gpl-3.0",
  "isc",
  "lgpl",
  "lgpl-2.1",
  "lgpl-3.0",
  "mit",
  "mpl-2.0",
  "ms-pl",
  "ncsa",
  "odc-by",
  "pddl",
  "postgresql",
  "unlicense",
  "wtfpl",
  "zlib",
]);

/** @param licence as written in SPDX, a model card or a GGUF file */
export const forbidsUses = (licence: string): boolean =>
  !ALLOW_EVERY_USE.has(
    licence
      .trim()
      .toLowerCase()
      .replace(/-(only|or-later)$/, ""),
  );

/**
 * The licence check that every way of adding a model goes through.
 * @param terms what the licence does not allow, as a sentence; "" where that is unknown
 * @throws UserError licenceNotAccepted
 */
export function requireAcceptance(name: string, licence: string, terms: string, accepted = false): void {
  if (forbidsUses(licence) && !accepted) throw licenceNotAccepted(name, licence, terms);
}
