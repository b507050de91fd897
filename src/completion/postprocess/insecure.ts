// Tells whether a suggestion writes code that is known to be dangerous. It judges the statement as it would stand (the lines before the
// cursor, the suggestion, the rest of its line), and counts only what the suggestion has a part in: dangerous code before it is no reason.
// Pure. A rule belongs here if a person might overlook the danger and the safe form costs no more: credentials as literals; SQL, other queries
// and shell commands put together from strings; input in paths and addresses, or evaluated, deserialised or written as markup; unchecked
// certificates, host keys and tokens; passwords under fast hashes; broken ciphers and constant vectors; predictable numbers where a secret is made.
// Weak hashes and random numbers elsewhere, HTTP, CORS and the like depend on their purpose and have no rule.

import type { Place } from "../place.ts";
import { foreignAddresses } from "./insecure/addresses.ts";
import { uncheckedCertificates } from "./insecure/certificates.ts";
import { weakEncryption } from "./insecure/ciphers.ts";
import { readCode } from "./insecure/code.ts";
import { literalCredentials } from "./insecure/credentials.ts";
import { executedInput } from "./insecure/execution.ts";
import { hashedPasswords } from "./insecure/hashes.ts";
import { inputOf } from "./insecure/input.ts";
import type { Span } from "./insecure/lexemes.ts";
import { unescapedMarkup } from "./insecure/markup.ts";
import { openPaths } from "./insecure/paths.ts";
import { builtQueries } from "./insecure/queries.ts";
import { predictableSecrets } from "./insecure/randomness.ts";
import { scriptDangers } from "./insecure/scripts.ts";
import { builtCommands } from "./insecure/shell.ts";
import { builtSql } from "./insecure/sql.ts";
import { unverifiedTokens } from "./insecure/tokens.ts";

/** How many lines before the cursor are searched for the beginning of the statement and for the source of an input. */
const LINES_BEFORE = 30;
const UNITS_BEFORE = 3_000;
const UNITS_AFTER = 300;

/** The longest suggestion that is judged, in UTF-16 units; none is longer, since no more tokens are generated. */
const MAX_TEXT_UNITS = 4_000;

/** A string or comment of several lines is read from its beginning, unless it is longer than this many UTF-16 units. */
const MAX_LITERAL_UNITS = 6_000;

/**
 * @param before code before the cursor that begins outside of strings and comments, as `codeBefore` gives it
 * @param rest of the cursor's line
 */
export function isInsecure(before: string, text: string, rest: string, languageId: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(text)) return false; // closing brackets are no part of a danger
  const start = before.length;
  const end = start + text.length;
  const code = readCode(before + text.slice(0, MAX_TEXT_UNITS) + rest.slice(0, UNITS_AFTER), languageId);
  const input = inputOf(code);
  const adds = (span: Span): boolean => span.start < end && span.end > start;
  return (
    builtSql(code, input).some(adds) ||
    builtQueries(code, input).some(adds) ||
    literalCredentials(code).some(adds) ||
    builtCommands(code, input).some(adds) ||
    openPaths(code, input).some(adds) ||
    executedInput(code, input).some(adds) ||
    unescapedMarkup(code, input).some(adds) ||
    uncheckedCertificates(code).some(adds) ||
    unverifiedTokens(code).some(adds) ||
    hashedPasswords(code).some(adds) ||
    weakEncryption(code).some(adds) ||
    predictableSecrets(code).some(adds) ||
    foreignAddresses(code, input).some(adds) ||
    scriptDangers(code).some(adds)
  );
}

/** The last lines before the cursor, from a place outside of strings and comments, which the tree tells and a line alone does not. */
export function codeBefore({
  document,
  offset,
  prefix,
  pending,
}: Pick<Place, "document" | "offset" | "prefix" | "pending">): string {
  const near = lastLines(prefix);
  const { text, tree } = document;
  const from = text.offsetAt({ line: text.positionAt(offset).line - near.split("\n").length + 1, character: 0 });
  const literal = tree?.pathTo(from).find(({ type, startIndex }) => /string|comment/.test(type) && startIndex < from);
  if (!literal) return near;
  const begins = literal.endIndex >= offset ? literal.startIndex : literal.endIndex;
  if (offset - begins > MAX_LITERAL_UNITS) return near;
  return text.getText().slice(begins, offset).replace(/\r\n?/g, "\n") + pending;
}

function lastLines(prefix: string): string {
  let start = prefix.length;
  for (let lines = 0; lines <= LINES_BEFORE && start > 0; lines++) start = prefix.lastIndexOf("\n", start - 1);
  const near = prefix.slice(start + 1);
  if (near.length <= UNITS_BEFORE) return near;
  const last = near.slice(-UNITS_BEFORE);
  return last.slice(last.indexOf("\n") + 1);
}
