// What a licence's name, text or header says about training on what stands under it. Pure.

/** Identifiers (SPDX) of the licences that ask for no more than their notice. */
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

/** Kinds of licences that forbid, or ask for more than a notice, by their names, identifiers and phrases. */
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

/** Whether a licence text or header says something that we do not train on. */
export const isOtherLicence = (text: string): boolean => OTHER_LICENCE.test(text) && !ALLOWED_IN_HEADER.test(text);

/** Which of the licences that forbid a text names. */
function licenceFamilies(text: string): LicenceFamily[] {
  return (Object.keys(FAMILIES) as LicenceFamily[]).filter((family) => FAMILIES[family].test(text));
}

/** The same of a text that offers none that allows: "MIT OR GPL-2.0" forbids nothing, nor does a BSD licence with its rights reserved. */
export function forbiddingFamilies(text: string): LicenceFamily[] {
  return ALLOWED_IN_HEADER.test(text) || /Redistribution and use in source and binary forms/i.test(text)
    ? []
    : licenceFamilies(text);
}

/** Sentences that only one licence, or its family, has: what a text is, whatever a label calls it. */
const SENTENCES: readonly (readonly [id: string, sentence: RegExp])[] = [
  ["Apache-2.0", /Apache License,?\s+Version 2\.0/i],
  ["MIT", /Permission is hereby granted, free of charge, to any person obtaining\s+a\s+copy/i],
  ["BSD-3-Clause", /Redistribution and use in source and binary forms[\s\S]*\b(endorse|promote)\b/i],
  ["BSD-2-Clause", /Redistribution and use in source and binary forms(?![\s\S]*\b(endorse|promote)\b)/i],
  [
    "ISC",
    /Permission to use, copy, modify, and(\/or)? distribute this software for any\s+purpose with or without fee is hereby granted, provided/i,
  ],
  [
    "0BSD",
    /Permission to use, copy, modify, and(\/or)? distribute this software for any\s+purpose with or without fee is hereby granted\.\s/i,
  ],
];

/** The allowed licences whose own sentences stand in `text`, the text of a LICENSE file. None: it is another licence, or only names one. */
export function licencesOfText(text: string): string[] {
  const flowing = text.replace(/\s+/g, " ");
  return SENTENCES.filter(([, sentence]) => sentence.test(flowing)).map(([id]) => id);
}
