// Classifies a licence by its name, text or header: whether it permits training on the code under it. Pure.

/** SPDX identifiers of the licences that require no more than their notice. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  "MIT",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "0BSD",
]);

const OTHER_LICENCE =
  /GNU (Affero |Lesser |Library )?General Public|\b[AL]?GPL\b|Mozilla Public|Eclipse Public|Business Source|Elastic License|Server Side Public|Commons Clause|Creative Commons|All rights reserved|proprietary|confidential/i;
const ALLOWED_IN_HEADER = /\bMIT\b|Apache|\bBSD\b|\bISC\b/;

/** Families of licences that forbid training, or require more than a notice, by their names, identifiers and phrases. */
const FAMILIES = {
  gnu: /GNU (Affero |Lesser |Library )?General Public|\b[AL]?GPL\b|\b[AL]?GPLv?\d/i,
  mozilla: /Mozilla Public|\bMPL\b/i,
  eclipse: /Eclipse Public|\bEPL\b/i,
  businessSource: /Business Source|\bBUSL\b/i,
  elastic: /Elastic[- ]License|Elastic-2/i,
  serverSide: /Server Side Public|\bSSPL\b/i,
  commonsClause: /Commons[- ]Clause/i,
  creativeCommons: /Creative Commons|\bCC-BY/i,
  commonDevelopment: /Common Development and Distribution|\bCDDL\b/i,
  europeanUnion: /European Union Public|\bEUPL\b/i,
  reserved: /All rights reserved|proprietary|confidential|UNLICENSED/i,
} as const;
export type LicenceFamily = keyof typeof FAMILIES;

/** Whether a licence text or header names a licence that we do not train on. */
export const isOtherLicence = (text: string): boolean => OTHER_LICENCE.test(text) && !ALLOWED_IN_HEADER.test(text);

/** The families of forbidding licences that a text names. */
function licenceFamilies(text: string): LicenceFamily[] {
  return (Object.keys(FAMILIES) as LicenceFamily[]).filter((family) => FAMILIES[family].test(text));
}

/**
 * The same, but empty for a text that also offers an allowed licence: "MIT OR GPL-2.0" forbids nothing, nor does a BSD licence with its rights
 * reserved.
 */
export function forbiddingFamilies(text: string): LicenceFamily[] {
  return ALLOWED_IN_HEADER.test(text) || /Redistribution and use in source and binary forms/i.test(text)
    ? []
    : licenceFamilies(text);
}
