// Input that becomes code or markup, connections without certificate checks, passwords under fast hashes. Pure.
// `eval` and its kind (CWE-95), deserialising (CWE-502), markup (CWE-79), certificates (CWE-295), hashes (CWE-916).

import type { Code } from "./code.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";
import { isConstantHole } from "./sql.ts";

/** Calls that evaluate code. Any argument but a literal is code from somewhere else. */
const evaluates =
  /^(?:(?:window|globalThis|global|self|builtins|__builtins__)\.)?eval$|^(?:new )?Function$|^vm\.runIn\w+$/;
const pythonExec = /^(?:builtins\.)?exec$/;
const deserialises =
  /(?:^|\.)(?:c?[pP]ickle\.loads?|dill\.loads?|marshal\.loads?|jsonpickle\.decode|shelve\.open|unserialize|node-serialize\.unserialize|serialize\.unserialize)$/;
const yamlLoad = /^yaml\.(?:load|load_all)$/;
/** Hash functions by their own names, and makers of one that is named in the first argument. */
const fastHash =
  /(?:^|\.)(?:md5|sha1|sha224|sha256|sha384|sha512|(?:md5|sha\d+)(?:Hex|sum)?|(?:md5|sha1|sha256|sha512)\.(?:Sum\w*|New)|(?:MD5|SHA\d+)\.(?:new|Create|HashData))$/;
const namedHash = /(?:^|\.)(?:createHash|hashlib\.new|getInstance)$/;
const fastName = /["'`](?:md5|sha-?(?:1|224|256|384|512))["'`]/i;
const feeds = /\.(?:update|Write|ComputeHash|digest)$/;
const FED_WITHIN = 300; // UTF-16 units
const NAME_UNITS = 80;
const password = /pass(?:word|wd|phrase)?\b|\bpwd?\b|passw/i;

const trustsAnybody =
  /\bTCPConnector\([^)\n]{0,80}\bssl\s*=\s*False\b|\bcheckServerTrusted\([^)]{0,120}\)\s*(?:throws \w+\s*)?\{\s*\}|\bServerCertificate(?:Custom)?Validation(?:Callback)?\s*\+?=\s*(?:\([^)]{0,80}\)|\w+)\s*=>\s*true\b|\brejectUnauthorized\s*:\s*false\b|\bNODE_TLS_REJECT_UNAUTHORIZED["'\]]*\s*=\s*["']?0|\bverify\s*=\s*False\b|\bcheck_hostname\s*=\s*False\b|\bverify_mode\s*=\s*ssl\.CERT_NONE\b|\bcert_reqs\s*=\s*["']?(?:ssl\.)?CERT_NONE|\bssl\._create_unverified_context\b|\bInsecureSkipVerify\s*:\s*true\b|CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*,\s*(?:false|0)\b|\bstrictSSL\s*:\s*false\b|\bsslVerify\s*=\s*false\b|\bssl\s*=\s*False\b(?=[^\n]{0,200}\bverify)/g;

/** Expressions that are escaped or sanitised, or that are numbers. */
const escaped = /escape|sanitize|sanitise|purify|encode|toFixed|\bt\(|i18n|(?<=toLocale\w+)\(|format(?:Number|Date)/i;

export function executedInput(code: Code, input: Input): Span[] {
  const found: Span[] = [...code.text.matchAll(trustsAnybody)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }));
  for (const { callee, start, end, args } of code.calls) {
    const [first] = args;
    if (!first) continue;
    const expression = code.text.slice(first.start, first.end);
    const all = code.text.slice(first.start, end);
    const isExec = evaluates.test(callee) || (pythonExec.test(callee) && code.languageId === "python");
    if (isExec && !isLiteral(all) && !/^compile\(/.test(expression)) found.push({ start, end: first.end });
    else if (/^(?:window\.)?set(?:Timeout|Interval)$/.test(callee) && isBuilt(code, first)) found.push({ start, end });
    else if (deserialises.test(callee) && input.isArgument(expression)) found.push({ start, end });
    else if (
      yamlLoad.test(callee) &&
      code.languageId === "python" &&
      !/Loader\s*=\s*(?:yaml\.)?C?(?:Safe|Base)Loader|,\s*(?:yaml\.)?C?SafeLoader/.test(all) &&
      end < code.text.length
    )
      found.push({ start, end });
    else if (
      /(?:^|\.)(?:document\.write(?:ln)?|(?:res|response|reply)\.(?:send|write|end)|insertAdjacentHTML|html|mark_safe|Markup|render_template_string)$/.test(
        callee,
      )
    ) {
      const markup = code.composed.filter((one) => one.start >= first.start && one.end <= end);
      if (markup.some(isMarkup) || input.comesIn(all)) found.push({ start, end });
    }
  }
  return [...found, ...markupIn(code, input), ...hashedPasswords(code)];
}

const isLiteral = (args: string): boolean => /^\s*(?:(?:"[^"\\]*"|'[^'\\]*'|`[^`$\\]*`)\s*(?:,\s*)?)*$/.test(args);
const isBuilt = ({ composed }: Code, { start, end }: Span): boolean =>
  composed.some((one) => one.start >= start && one.end <= end && one.start === start);

const isOpen = (hole: string): boolean => !isConstantHole(hole) && !escaped.test(hole);
const isMarkup = ({ text, holes }: Code["composed"][number]): boolean => /<\/?[a-z]/i.test(text) && holes.some(isOpen);

/** `element.innerHTML = "<b>" + name`, `{ __html: … }` */
function markupIn(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  for (const match of code.text.matchAll(/(?:\.(?:innerHTML|outerHTML)\s*\+?=(?!=)|\b__html\s*:|\bv-html=)\s*/g)) {
    const start = match.index + match[0].length;
    const value = code.text.slice(start).split(/[;\n}]/, 1)[0]!;
    const one = code.composed.find((composed) => composed.start >= start - 1 && composed.start <= start + 1);
    if (one?.holes.some(isOpen) || (input.comesIn(value) && !escaped.test(value)))
      found.push({ start: match.index, end: Math.max(start + value.length, one?.end ?? 0) });
  }
  return found;
}

/** Passwords that are hashed by a function made to be fast: in the call itself, or in what is fed to its result within the next lines. */
function hashedPasswords({ calls, text }: Code): Span[] {
  const found: Span[] = [];
  for (const { callee, start, end, args } of calls) {
    const first = args[0] ? text.slice(args[0].start, args[0].end) : "";
    if (!fastHash.test(callee) && !(namedHash.test(callee) && fastName.test(first))) continue;
    const line = text.slice(start).split("\n", 1)[0]!;
    if (password.test(line)) found.push({ start, end: start + line.length });
    const name = resultName(text, start);
    if (name === undefined) continue;
    for (const fed of calls) {
      const isFed =
        fed.start > end && fed.start - end < FED_WITHIN && feeds.test(fed.callee) && fed.callee.startsWith(`${name}.`);
      if (isFed && password.test(text.slice(fed.start, fed.end))) found.push({ start, end: fed.end });
    }
  }
  return found;
}

/** The name that the value of the call at `start` is given, in the languages' forms of it. */
const resultName = (text: string, start: number): string | undefined =>
  /(?<!\w)([A-Za-z_]\w{0,60})\s{0,4}:?=\s{0,4}(?:await\s{1,4}|new\s{1,4})?$/.exec(
    text.slice(Math.max(0, start - NAME_UNITS), start),
  )?.[1];
