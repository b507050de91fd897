// Cleans a file's text for training. Pure.

const EMAIL = /\b[\w.%+-]{1,64}@(?!example\.)[A-Za-z0-9-]+(?:\.[A-Za-z]{2,})+\b/g;

/**
 * Normalises a text: line feeds only, no white space at line ends, no licence banner at the top, no pointer to a source map, no e-mail addresses
 * of people.
 */
export const cleanText = (raw: string): string => withoutBanner(cleanLines(raw));

/** The same without a look for a banner: of a part of a file. */
export function cleanLines(raw: string): string {
  return raw
    .replace(/^\ufeff/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n\/\/# source(Mapping)?URL=.*\s*$/, "\n")
    .replace(/(?<![ \t])[ \t]+$/gm, "")
    .replace(EMAIL, "user@example.com");
}

/** Removes the comment at the top that holds the licence; a comment about the file stays. */
function withoutBanner(text: string): string {
  const isBanner = (comment: string) => /licen[cs]e|copyright/i.test(comment);
  return text
    .replace(/^\s*\/\*[\s\S]{0,4000}?\*\/[ \t]*\n/, (comment) => (isBanner(comment) ? "" : comment))
    .replace(/^(\s*\/\/.*\n)+/, (comment) => (isBanner(comment) ? "" : comment))
    .replace(/^(#.*\n)+/, (comment) => (isBanner(comment) ? "" : comment))
    .replace(/^\s*\n/, "");
}
