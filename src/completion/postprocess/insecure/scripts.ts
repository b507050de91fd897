// Dangers in shell scripts, whose words are no strings: variables in code that is evaluated (CWE-78), checks of certificates that an option
// switches off (CWE-295), SQL with variables in it (CWE-89), passwords under fast hashes (CWE-916), weak ciphers, secrets from `$RANDOM`. Pure.

import { optionsWithoutCheck } from "./certificates.ts";
import type { Code } from "./code.ts";
import { constantsOf } from "./constants.ts";
import type { Span } from "./lexemes.ts";

const languages = /^(?:shellscript|dockerfile|makefile|yaml|dockercompose|powershell|bat)$/;

const dangers: readonly RegExp[] = [
  new RegExp(optionsWithoutCheck.source, "gi"),
  /-SkipCertificateCheck\b|\bNODE_TLS_REJECT_UNAUTHORIZED["']?\s?[:=]\s?["']?0|\bPYTHONHTTPSVERIFY=["']?0|\bGIT_SSL_NO_VERIFY=["']?(?:1|true)|\bstrict-ssl[= ]false|\bcheck-certificate\s?=\s?off/g,
  // `eval "grep $words"`; what a command prints for the purpose is fine: `eval "$(ssh-agent)"`
  /\b(?:eval|(?:ba|z|da)?sh\s{1,4}-\w{0,3}c)\s{1,4}"[^"\n]{0,200}?\$\{?(?:[A-Za-z_]\w{0,60}|[\d@*])/g,
  /\beval\s{1,4}\$\{?[A-Za-z_\d@*]|\b(?:Invoke-Expression|iex)\s{1,4}(?:"[^"\n]{0,200})?\$/g,
  /\$\{?\w{0,30}(?:pass|PASS|pwd|PWD|pin|PIN)\w{0,20}\}?["']?\s{0,4}\|\s{0,4}(?:md5sum|sha\d{1,3}sum|md5|shasum|openssl\s(?:dgst\s)?-?(?:md5|sha\d{1,3}))\b/g,
  /\bopenssl\s{1,4}enc\s[^\n|;]{0,80}-(?:des\w{0,10}|rc[24]\w{0,6}|bf\w{0,6}|aes-\d{3}-ecb)\b/g,
  /\b\w{0,30}(?:(?:token|TOKEN|secret|SECRET|passw|PASSW|otp|OTP|api_key|API_KEY)\w{0,20}|(?<![A-Za-z])(?:pass|PASS|pwd?|PWD?|pin|PIN|salt|SALT)\d?)=["']?[^\n;]{0,60}(?:\$\{?RANDOM\b|\$\(date\b[^\n)]{0,40}(?:md5|sha\d|base64))/g,
];

/** What a database's client is told to run, in quotes or below its line. */
const clientStatement =
  /\b(?:mysql|mariadb|psql|sqlite3|sqlplus|sqlcmd|clickhouse-client|duckdb|cqlsh)\s[^\n|;"]{0,160}(?:"([^"]{0,400})|<<-?\s?\w{2,12}\n([^"]{0,400}))/g;
/** A value that a statement compares or stores; names in capitals are mostly settings of the script itself. */
const comparesValue =
  /\b(?:where|values|set|and|or)\b[^;"\n]{0,120}(?:[=<>(,]|like)\s{0,2}'?%?\$\{?([A-Za-z]\w{0,40}|[\d@*])/gi;

/** Whether a name is given another variable, or what a command prints. */
const givesVariable = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w$])${name}=["']?[^\\n]{0,80}[$\`]`).test(text);

export function scriptDangers(code: Code): Span[] {
  const { text, languageId } = code;
  if (!languages.test(languageId)) return [];
  const isConstant = (name: string): boolean => constantsOf(code)(name) && !givesVariable(text, name);
  const found = dangers.flatMap((danger) => [...text.matchAll(danger)]);
  for (const match of text.matchAll(clientStatement))
    for (const [, name] of (match[1] ?? match[2])!.matchAll(comparesValue))
      if (!/^[A-Z][A-Z\d_]*$/.test(name!) && !isConstant(name!)) found.push(match);
  return found
    .map(({ index, 0: { length } }) => ({ start: index, end: index + length }))
    .filter(
      ({ start }) => !/^\s{0,40}(?:#|REM\b|rem\b)/.test(text.slice(text.lastIndexOf("\n", start) + 1, start + 1)),
    );
}
