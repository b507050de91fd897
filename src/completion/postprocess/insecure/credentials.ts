// Hard-coded credentials (CWE-798, CWE-1392, CWE-321): in URLs, connection strings, headers, calls, and as the fallback for a value that is
// not configured. Placeholders do not count. Pure; credentials that look random are left to `secrets`.

import { isFiller, isRules } from "../../../../common/rules/secretValue.ts";
import { surprise } from "../../../../common/rules/surprise.ts";
import { isCloser, operandBefore } from "./calls.ts";
import { type Code, type Composed, contextOf } from "./code.ts";
import type { Lexeme, Span } from "./lexemes.ts";

/** Placeholders: values that say that something else belongs here. */
const standIn =
  /^$|^\s*<[^>]*>\s*$|^\[.*\]$|^\{.*\}$|[\0{}]|\$\(|^\$\w|^%|^\*+$|^x+$|^\.+$|…|\byour?\b|^your|example|placeholder|redacted|(?:^|[_-])(?:here|todo|tbd)$|^(?:none|null|undefined|true|false|string|str|password|secret|token)$/i;
const isStandIn = (value: string): boolean =>
  standIn.test(value) || (value.length >= 6 && isFiller(value) && !/^(?:123|abc|qwe)/i.test(value));

/** Default passwords: values that products are delivered with, and those that people think of first. */
const defaultValues =
  /^(?:admin|administrator|root|toor|guest|postgres|postgresql|mysql|mongo|oracle|sa|user|test|demo|default|passwd|p@ss\w*|pa(?:55|\$\$|5s|s5)w[o0]rd\w*|password\d+!?|passw0rd\w*|secret\d+|change-?_?me\w*|letmein\w*|welcome\d*!?|qwerty\w*|abc123\w*|123\w*|1q2w3e\w*|iloveyou|monkey|dragon|hunter2|s3cr3t\w*|dev(?:elopment)?|dev[-_]?(?:secret|key|password)[\w-]*|(?:(?:super|my|top|jwt|very|app|session|cookie|the)[-_ ]?){1,3}secret[\w -]*|secret[-_ ]?key[\w-]*|admin\d+!?|root\d+!?|keyboard cat|minioadmin|rabbitmq|redis|elastic|changeit|insecure[\w-]*|django-insecure-.*)$/i;

const passwordName = /(?:pass(?:word|wd|phrase|code)?|pwd)$/i;
const secretName = /(?:secret(?:[_-]?key)?|signing[_-]?key|jwt[_-]?key|cookie[_-]?secret|private[_-]?key)$/i;
const anyName = /(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|[_-]key|credentials?)$/i;
const userName = /^(?:user|username|user_name|userid|login|email|host|hostname|server|dbname|database|account)$/i;

/** scheme://user:password@host, except for example hosts (RFC 2606). */
const urlPassword = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s:@/"'`\0]*:([^\s@/"'`]+)@([^\s/"'`:?]*)/gi;
const anyHost = /(?:^|\.)(?:example(?:\.\w+)?|invalid|test)$/i;
/** Password pairs in connection strings of ADO.NET, ODBC, libpq and Azure. */
const pairPassword = /(?:^|[;\s?&])(?:password|pwd|accountkey|sharedaccesskey)=([^;\s&"'`]+)/gi;
const hasPairs = /[\w ]=[^;=]*;|\b(?:host|dbname|user|server)=\S/i;
const header = /^(?:Bearer|Basic|Token|ApiKey)\s+(\S.*)$/i;

/** The second argument is the key, or the password. */
const jwtCall =
  /(?:^|\.)(?:jwt|jsonwebtoken|JWT|jose)(?:\.|::)(?:sign|verify|encode|decode)$|^createHmac$|\.createHmac$|^hmac\.new$/;
/** The same functions by their bare names, where the code names the library. */
const bareJwtCall = /^(?:sign|verify|signJwt|signToken)$/;
const namesJwt = /\bjsonwebtoken\b|\bjwt\b|\bjose\b/i;
const loginCall =
  /(?:^|\.)(?:login|HTTPBasicAuth|HTTPDigestAuth|HttpNtlmAuth|basicAuth|authenticate|PlainAuth|SetBasicAuth|setPassword|set_password|auth|Credentials?|credentials|signIn|sign_in|UsernamePasswordCredentials|NetworkCredential|getConnection)$/;

/** Drivers that take host, user and password in this order. */
const connects = /(?:^|\.)(?:connect|Connection|mysqli|mysqli_connect|mysql_connect|pg_connect)$/;

/** Calls that take a credential or a key somewhere among their arguments, by any word of their name. */
const takesCredential =
  /(?:^|[._:>\s]|(?<=[a-z])(?=[A-Z]))(?:[cC]onnect(?:ions?)?|(?:log|sign)_?[iI]n|[aA]uth\w{0,16}|AUTH|[cC]redentials?|[pP]assw(?:or)?d|[sS]ecret|[tT]oken|PDO|FTP|SMTP|IMAP|[sS]equelize|[cC]lient|[cC]ipher(?:iv)?|[dD]ecipher(?:iv)?|Fernet|AES|DES|HMAC|[hH]mac|[sS]ign(?:With|er|edString)?|hmacShaKeyFor|SecretKeySpec|SymmetricSecurityKey|[sS]ecurityKey|[sS]igningKey|[sS]tripe|[tT]wilio|OpenAI|Sentry|[sS]lack|[tT]elegram|[bB]ot|[aA]pi|SDK|setKey|importKey|WiFi\.begin|provider|strategy)(?![a-z])|^require\([^()]{1,40}\)$/;
/** Names of keys that bytes are made for: `jwtKey = []byte("…")`. */
const keyName = /(?:secret|key|token|salt|pepper|passphrase|password|pwd)$/i;
/** Names of algorithms, encodings and versions, which mix letters and digits, too. */
const technical =
  /^(?:sha|md|aes|des|rsa|ec|ed|hs|rs|es|ps|hmac|pbkdf|bcrypt|utf|iso|tls|ssl|v|p|http|x|base|oauth|cp|win)[-_]?\d|with|padding|^[a-z]+\d{0,3}$|^[\w.+-]+@[\w.-]+$/i;
const option = /^(?:-p|--?(?:password|passwd|pwd|token|secret)=)(\S{6,})$/;
const isConverted = /(?:^|\.|\])(?:byte|getBytes|toCharArray|GetBytes|encode|from|Some|as_bytes|to_string|to_owned)$/;

export function literalCredentials(code: Code): Span[] {
  const found: Span[] = [];
  const makesKeys = keyMakers.test(code.text);
  for (const [index, lexeme] of code.lexemes.entries()) {
    if (lexeme.kind !== "string") continue;
    const value = literalText(code, lexeme);
    if (isHandshake(code, index, value)) continue;
    if (inString(value) || isDefault(value)) found.push(lexeme);
    else if (isNamed(code, index, value)) found.push(lexeme);
    else if (isFallback(code, index, value)) found.push(lexeme);
    else if (isTaken(code, index, value, makesKeys) || isCompared(code, index, value)) found.push(lexeme);
    else if (looksStrong(option.exec(value)?.[1] ?? "")) found.push(lexeme);
  }
  return [...found, ...inCalls(code)];
}

/** The number that begins a web socket: `"Sec-WebSocket-Key": "│"`. */
const isHandshake = (code: Code, index: number, value: string): boolean =>
  /^[\w+/]{22}==$/.test(value) && /^sec[-_]websocket[-_]key$/i.test(nameBefore(code, index));

/** Spring's `${jwt.secret:│}`, and the shell's `${DB_PASSWORD:-│}`: what counts where nothing is configured. */
const configured =
  /^\$\{(?:[\w.-]{0,60}[._-])?(?:secret|password|passwd|pwd|api-?key|(?:secret|signing|private)-?key)(?::-?)([^{}\s]{4,80})\}$/i;
const isDefault = (value: string): boolean => {
  const said = configured.exec(value)?.[1];
  return said !== undefined && !isStandIn(said);
};

/** An address, which `inString` looks into, and settings of the form `name=100`. */
const isSetting = /^[a-z][a-z+.-]{1,10}:\/\/|^[A-Za-z]{3,40}=[\w.]{1,20}(?:,[A-Za-z]{3,40}=[\w.]{1,20}){0,8}$/;

/** A value that nobody writes but as a password or key: letters of both cases with digits, or letters with digits and signs. */
function looksStrong(value: string): boolean {
  if (
    isSetting.test(value) ||
    !looksChosen(value) ||
    technical.test(value.replace(/[!@#$%^&*]/g, "0")) ||
    value.length > MAX_STRONG_UNITS
  )
    return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[!@#$%^&*]/].filter((kind) => kind.test(value)).length;
  return kinds >= 3 && /\d/.test(value) && !/^[\w-]+(?:[.:/][\w-]+)+$/.test(value);
}

/** A literal among the arguments of a call that takes credentials, or that makes the bytes of a key. */
function isTaken(code: Code, index: number, value: string, makesKeys: boolean): boolean {
  const strong = looksStrong(value);
  const mayBeKey =
    makesKeys && value.length >= MIN_KEY_UNITS && !/\s/.test(value) && !namesAlgorithm.test(value) && !isStandIn(value);
  if (!strong && !mayBeKey && !defaultValues.test(value)) return false;
  const { callees, target } = contextOf(code, index);
  if (code.languageId === "ruby") callees.push(...commandsAround(code, code.lexemes[index]!));
  const given = callees.find(({ callee }) => !isConverted.test(callee))?.callee ?? "";
  if (mayBeKey && takesKey.test(given)) return true;
  if (!strong && !defaultValues.test(value)) return false;
  if (strong && callees.some(({ callee }) => takesCredential.test(callee))) return true;
  if (strong && isListed(code, index)) return true;
  if (strong && /^(?:toCharArray|ToCharArray)$/.test(code.lexemes[index + 2]?.text ?? "")) return callees.length > 0;
  if (strong)
    return (
      looksDrawn(value) &&
      constructs.test(callees[0]?.callee ?? "") &&
      !isDigest.test(`${callees[0]!.callee} ${target}`)
    );
  return callees.length > 0 && isConverted.test(callees[0]!.callee) && keyName.test(target);
}

/** Ruby's calls without brackets that a literal is given to: `provider :github, "id", "│"`. */
const commandsAround = ({ calls }: Code, { start, end }: Span): Composed["callees"] =>
  calls
    .filter(({ args }) => args.some((one) => one.start === start && one.end === end))
    .map(({ callee, args }) => ({ callee, argument: args.findIndex((one) => one.start === start) }));

/** Calls that make a key of the bytes that they are given: no text is harmless there. */
const takesKey =
  /(?:^|[.:\s])(?:(?:EncodingKey|DecodingKey)::from_secret|hmacShaKeyFor|SymmetricSecurityKey|SecretKeySpec|HMAC(?:256|384|512)|SignedString|(?:Hmac|HMAC|SimpleHmac)(?:<\w{1,20}>)?::new_from_slice|HmacSHA(?:256|512)|sessions\.New(?:Cookie|Filesystem)Store|(?:cookie|filesystem|redis)\.NewStore|securecookie\.New|csrf\.Protect|hmac\.New|Fernet)$/;
const keyMakers =
  /from_secret|ShaKeyFor|SecurityKey|SecretKeySpec|HMAC|SignedString|HmacSHA|from_slice|Store\(|securecookie|csrf\.Protect|hmac\.New|Fernet/;
const namesAlgorithm = /^(?:Hmac|HMAC|AES|DES|RSA|SHA|MD5|UTF|[HREP]S\d|sha|aes|utf|hex|base64|latin1|ascii|binary)/;
const MIN_KEY_UNITS = 6;

const constructs = /^(?:new\s{1,4})?(?:\w{1,40}\.){0,3}[A-Z]\w{0,60}$/;
const isDigest = /(?:oid|hash|sha\d{0,3}|digest|checksum|etag|commit)(?:\s|$)/i;
const MIN_DRAWN_UNITS = 16;
const DRAWN_SURPRISE = 0.4;
const looksDrawn = (value: string): boolean =>
  value.length >= MIN_DRAWN_UNITS && /^[A-Za-z\d]+$/.test(value) && surprise(value) >= DRAWN_SURPRISE;

/** `USERS = { "admin": "│" }` */
const list =
  /\b(?:users?|accounts?|credentials|logins?|passwords)\s{0,4}(?::\s?[\w<>, [\]]{1,40})?[:=]\s{0,4}\{[^{}]{0,300}$/i;
const LIST_UNITS = 340;
const isListed = ({ text, lexemes: all }: Code, index: number): boolean =>
  /^(?::|=>)$/.test(all[index - 1]?.text ?? "") &&
  all[index - 2]?.kind === "string" &&
  list.test(text.slice(Math.max(0, all[index]!.start - LIST_UNITS), all[index]!.start));

/** `password == "│"`, `"│".equals(password)` */
function isCompared({ lexemes: all, text }: Code, index: number, value: string): boolean {
  const isWords = isWordsAndDigits(value);
  if (!looksStrong(value) && !(defaultValues.test(value) && /\d/.test(value)) && !isWords) return false;
  const names = /^(?:===?|!==?)$/.test(all[index - 1]?.text ?? "")
    ? all[index - 2]
    : /^(?:===?|!==?)$/.test(all[index + 1]?.text ?? "")
      ? all[index + 2]
      : all[index + 1]?.text === "." && /^[eE]quals/.test(all[index + 2]?.text ?? "")
        ? all[index + 4]
        : all[index - 1]?.text === "(" && /^[eE]quals/.test(all[index - 2]?.text ?? "")
          ? all[index - 4]
          : undefined;
  if (names === undefined) return false;
  if (isCloser(names))
    return namesKeyHeader.test(text.slice(all[operandBefore(all, all.indexOf(names) + 1)]!.start, names.end));
  return (
    names.kind === "name" && (passwordName.test(names.text) || secretName.test(names.text) || anyName.test(names.text))
  );
}

/** A header or a member that carries a key: `request.headers["X-Admin-Key"]`. */
const namesKeyHeader =
  /["'](?:x-)?(?:\w{1,20}-)?(?:api|admin|auth|access|internal|secret)[-_]?(?:key|token|secret)["']|["']password["']/i;

/** The text of a string, with "\0" for what is substituted. */
function literalText({ text }: Code, { inner, holes = [] }: Lexeme): string {
  let value = "";
  let at = inner!.start;
  for (const hole of holes) {
    value += `${text.slice(at, hole.start)}\0`;
    at = hole.end;
  }
  return value + text.slice(at, Math.max(at, inner!.end));
}

function inString(value: string): boolean {
  for (const [, password, host] of value.matchAll(urlPassword)) {
    if (!(standIn.test(password!) && !/^(?:password|secret)$/i.test(password!)) && !anyHost.test(host!)) return true;
  }
  if (hasPairs.test(value)) {
    for (const [, password] of value.matchAll(pairPassword))
      if (!standIn.test(password!) || /^(?:password|secret)$/i.test(password!)) return true;
  }
  return false;
}

/** `password = "│"`, `"Authorization": "Bearer │"` */
function isNamed(code: Code, index: number, value: string): boolean {
  const name = nameBefore(code, index);
  if (name === "") return false;
  const token = header.exec(value)?.[1];
  if (/authorization$/i.test(name)) return token !== undefined && !isStandIn(token) && !isStandInToken(token);
  if (value.includes("\0") || value.trim() === "" || isRules(value)) return false;
  if (surelyKey.test(name) && (/\d/.test(value) || surelySecret.test(name)) && isWordsAndDigits(value)) return true;
  if (
    /^secret(?:[_-]?key)?$/i.test(name) &&
    isWordsAndDigits(value) &&
    /secret|signing|[_-]key|jwt/i.test(value) &&
    !/(?:field|name|input|label|id|column|header|ref|path)$/i.test(value)
  )
    return true;
  if (secretName.test(name))
    return defaultValues.test(value) || (value.toLowerCase() === "secret" && name !== value) || looksChosen(value);
  if (!passwordName.test(name)) return false;
  if (defaultValues.test(value) || looksChosen(value) || isUserToo(code, index)) return true;
  return /^(?:password|secret|pass)$/i.test(value) && besideUser(code.lexemes, index) && value === value.toLowerCase();
}

/** What stands for a token in tests and pages: one word, "valid-token", the name of a user and of a password in base64. */
const isStandInToken = (token: string): boolean =>
  /^(?:test|fake|mock)\b|^[a-z]{1,8}$|^[a-z]{3,}(?:[-_][a-z]{2,}){0,3}[-_]token$/i.test(token) ||
  /^(?:user(?:name)?|foo|test):(?:pass(?:word)?|bar|test)$/.test(Buffer.from(token, "base64").toString("latin1"));

/** Names that stand for the value of a key itself, not for what it is called. */
const surelyKey =
  /(?:(?:jwt|session|cookie|signing|hmac|encryption|app|auth|token|refresh)[_-]?(?:secret|(?:secret|signing|private)[_-]?key|key)|^secret(?:[_-]?key)?)$/i;
/** The same where the value need have no digit: several words that only somebody who needed a secret writes down. */
const surelySecret = /(?:jwt|session|cookie|signing|hmac|encryption|auth|refresh)[_-]?secret(?:[_-]?key)?$/i;
const isWordsAndDigits = (value: string): boolean =>
  value.length >= 12 &&
  /^[A-Za-z]+(?:[-_][A-Za-z0-9]+){2,}$/.test(value) &&
  !isStandIn(value) &&
  !/^(?:test|fake|mock|dummy|change-?me|change-it)/i.test(value);

const MAX_STRONG_UNITS = 80;

/** A word that looks like a chosen password: digits or signs among its letters; not a sentence, and not a name. */
function looksChosen(value: string): boolean {
  if (isStandIn(value) || value.length < 6 || /[\s<>(),]|^[./#\\^]|\\\w|^\w+[.:/]\w/.test(value)) return false;
  if (/^(?:test|fake|mock|dummy|wrong|invalid|new|old|bad)/i.test(value)) return false;
  return /[a-z]/i.test(value) && /[\d!@#$%^&*]/.test(value) && !/^[A-Za-z]+(?:[-_][A-Za-z0-9]+)+$/.test(value);
}

/** The index of a literal, or of what makes bytes of it: Go's `[]byte(│`, `Buffer.from(│`, Rust's `b│`. */
function beforeConversion(all: Lexeme[], index: number): number {
  const before = all[index - 1];
  if (before?.kind === "name" && /^b?r?$/.test(before.text) && before.end === all[index]!.start) return index - 1;
  if (before?.text !== "(") return index;
  const names = all.slice(Math.max(0, index - 4), index - 1).map(({ text }) => text);
  return /(?:^|,)(?:\[,\],byte|Buffer,\.,from)$/.test(names.join(",")) ? index - 4 : index;
}

/** The index of the name before a type of several marks: Rust's `KEY: &[u8] =`, `KEY: &'static str =`. */
function beforeType(all: Lexeme[], text: string, at: number): number {
  for (let i = at; i > 0 && at - i < 7; i--) {
    if (all[i]!.text === ":" && all[i - 1]!.kind === "name")
      return text.slice(all[i]!.start, all[at]!.end).startsWith(": &") ? i - 1 : at;
    if (all[i]!.kind === "mark" && !/^[&[\];']$/.test(all[i]!.text)) return at;
  }
  return at;
}

/** The name that a literal is given to: `name = │`, `name: │`, `"name": │`, `name = name || │`. */
function nameBefore({ lexemes: all, text }: Code, at0: number): string {
  const index = beforeConversion(all, at0);
  const sign = all[index - 1];
  const key = all[index - 2];
  if (sign?.text === "," && key?.kind === "string" && all[index - 3]?.text === "(") return key.text.slice(1, -1); // put("password", "│")
  if (sign?.kind !== "mark" || !/^(=|:|=>|==|===)$/.test(sign.text)) return "";
  let at = index - 2;
  const typed = sign.text === "=" && all[at - 1]?.text === ":" && all[at - 2]?.kind === "name";
  if (typed && !text.slice(all[at - 2]!.end, sign.start).includes("\n"))
    at -= 2; // with a type
  else if (sign.text === "=") at = beforeType(all, text, at);
  if (sign.text === "=" && all[at]?.text === ":") at -= 1; // Go's :=
  if (all[at]?.text === "]") at -= 1; // headers["Authorization"] = │
  const name = all[at];
  if (sign.text.startsWith("==")) return ""; // a comparison, not an assignment
  return name?.kind === "name" ? name.text : name?.kind === "string" ? name.text.slice(1, -1) : "";
}

/** Whether names near it mention a user or a host: then "password" is not a label. */
function besideUser(all: Lexeme[], index: number): boolean {
  const near = all.slice(Math.max(0, index - 16), index + 16);
  return near.some(
    ({ kind, text }, i) =>
      (kind === "name" || kind === "string") &&
      userName.test(text.replace(/^["']|["']$/g, "")) &&
      /^[=:]$/.test(near[i + 1]?.text ?? "") &&
      near[i + 2]?.kind === "string" &&
      !/^["'](?:user|username|login|email)/i.test(near[i + 2]!.text),
  );
}

/** A database that was set up for tests. */
const ofTests = /\b(?:database|dbname|db|name)["']?\s?[:=]\s?["'](?:test|[\w-]{1,40}[_-]tests?)["']/i;
const USER_UNITS = 160;

/** Whether the user beside it has the same text: `username: "shop", password: "shop"`. */
function isUserToo({ lexemes: all, text }: Code, index: number): boolean {
  const value = all[index]!.text;
  const near = all.slice(Math.max(0, index - 8), index);
  return (
    value.length > 5 &&
    !ofTests.test(text.slice(Math.max(0, all[index]!.start - USER_UNITS), all[index]!.end + USER_UNITS)) &&
    near.some(
      ({ text }, i) => /^["']?(?:user|username|user_name|login)["']?$/i.test(text) && near[i + 2]?.text === value,
    )
  );
}

/** `process.env.SECRET || "│"`, `os.getenv("SECRET", "│")` */
function isFallback({ text, lexemes: all }: Code, index: number, value: string): boolean {
  if (value.length < 3 || value.includes("\0") || isFallbackStandIn(value)) return false;
  const sign = all[index - 1];
  const before = text.slice(Math.max(0, all[index]!.start - 120), all[index]!.start);
  const name =
    /(?:process\.env(?:\.(\w+)|\[["'](\w+)["']\])|import\.meta\.env\.(\w+))\s*(?:\|\||\?\?)\s*$/.exec(before) ??
    /(?:getenv|environ\.get|config|env|get)\(\s*["'](\w+)["']\s*,\s*(?:default\s*=\s*)?$/.exec(before);
  return sign !== undefined && name !== null && anyName.test(name[1] ?? name[2] ?? name[3] ?? "");
}

const isFallbackStandIn = (value: string): boolean =>
  standIn.test(value) && !/^(?:password|secret|token)$/i.test(value);

function inCalls(code: Code): Span[] {
  const found: Span[] = [];
  const literal = ({ start, end }: Span): string | undefined => {
    const lexeme = code.lexemes.find((one) => one.start === start && one.end === end && one.kind === "string");
    return lexeme && literalText(code, lexeme);
  };
  const isKey = (value: string | undefined): value is string =>
    value !== undefined &&
    value.length >= 3 &&
    !value.includes("\0") &&
    (!standIn.test(value) || /^(?:password|secret)$/i.test(value));
  for (const { callee, start, end, args } of code.calls) {
    const [first, second] = args;
    if (jwtCall.test(callee) || (bareJwtCall.test(callee) && namesJwt.test(code.text))) {
      const key = /^hmac\.new$/.test(callee) ? first : second;
      if (key && isKey(literal(key))) found.push({ start: key.start, end: key.end });
    } else if (loginCall.test(callee) && first) {
      const last = second ?? first;
      if (
        (second !== undefined || /assword$/.test(callee)) &&
        isKey(literal(last)) &&
        (second === undefined || literal(first) !== undefined || /\.login$/.test(callee))
      )
        if (!/\s/.test(literal(last)!)) found.push({ start: last.start, end: last.end });
    }
    if (/(?:^|\.)(?:session|cookieSession|cookieParser|expressjwt|expressJwt)$/.test(callee) && first) {
      const secret = /^cookieParser$/.test(callee) ? literal(first) : undefined;
      if (isKey(secret)) found.push(first);
      for (const match of code.text.slice(start, end).matchAll(/\bsecret\s*:\s*(["'])([^"'\n]{3,})\1/g)) {
        if (isKey(match[2])) found.push({ start: start + match.index, end: start + match.index + match[0].length });
      }
    }
  }
  for (const { callee, args } of code.calls) {
    const [, user, key] = args;
    if (!connects.test(callee) || !user || !key || literal(user) === undefined || !isKey(literal(key))) continue;
    found.push({ start: key.start, end: key.end });
  }
  return [...found, ...pairs(code, literal, isKey)];
}

/** requests' `auth=("user", "password")` */
function pairs(
  { lexemes: all }: Code,
  literal: (span: Span) => string | undefined,
  isKey: (value: string | undefined) => boolean,
): Span[] {
  const found: Span[] = [];
  for (const [i, { text: name }] of all.entries()) {
    if (
      all[i + 1]?.text !== "=" ||
      all[i + 2]?.text !== "(" ||
      !/^(?:auth|basic_auth|http_auth|proxy_auth|credentials)$/.test(name)
    )
      continue;
    const [user, comma, password] = all.slice(i + 3, i + 6);
    if (user?.kind === "string" && comma?.text === "," && password?.kind === "string" && isKey(literal(password)))
      found.push(password);
  }
  return found;
}
