// Passwords under hash functions that are made to be fast (CWE-916). What is hashed is told by names: of what goes in, of what the result is
// given to, and of the function around. Functions made for passwords, and the service that knows stolen ones, are fine. Pure.

import type { Code } from "./code.ts";
import type { Span } from "./lexemes.ts";
import { statementAround } from "./statements.ts";

/** Hash functions by their own names, and makers of one that is named in the first argument. */
const fastHash =
  /(?:^|\.|::)(?:(?:md[45]|sha_?(?:1|224|256|384|512))(?:_?hex|_?sum(?:256|512|224|384)?|sum\w{0,8}|_?update|_?hash|base64)?|sha\d?_digest|(?:md[45]|sha\d*)(?:\.|::)(?:sum\w*|new\w*|create|hashdata|digest|compute|hexdigest|base64digest|update|of|hash)|(?:md[45]|sha\d+)(?:managed|cng|cryptoserviceprovider))$/i;
const namedHash =
  /(?:^|\.|::)(?:createHash|createHmac|hashlib\.new|generate_password_hash|getInstance|subtle\.digest|hash|getattr|EVP_get_digestbyname|EVP_Digest|EVP_DigestInit(?:_ex)?)$/;
const fastName =
  /["'`](?:md[245]|sha-?_?(?:1|224|256|384|512)|sha3-\d{3}|ripemd-?160|whirlpool|crc32)["'`]|\bQCryptographicHash::(?:Md[45]|Sha\d{1,3})\b|\bEVP_(?:md5|sha\d{1,3})\(/i;

/** Frameworks' encoders of passwords that are fast, or none. */
const weakEncoder =
  /(?:^|[."'])(?:(?:Unsalted)?(?:MD5|SHA1)PasswordHasher|NoOpPasswordEncoder|Md[45]PasswordEncoder|MessageDigestPasswordEncoder|StandardPasswordEncoder|LdapShaPasswordEncoder|HashPasswordForStoringInConfigFile|hex_(?:md5|sha1|sha256|sha512)|ldap_(?:md5|sha1)|des_crypt|md5_crypt)["']?$/;
/** Functions for passwords with a cost, and how small it must not be. */
const costs: readonly { callee: RegExp; argument: number; least: number }[] = [
  { callee: /(?:^|\.)pbkdf2(?:Sync)?$/, argument: 2, least: 10_000 },
  { callee: /(?:^|\.)pbkdf2_hmac$/, argument: 3, least: 10_000 },
  { callee: /(?:^|\.)bcrypt(?:js)?\.(?:hash|hashSync)$/, argument: 1, least: 8 },
  { callee: /(?:^|\.)(?:bcrypt(?:js)?\.)?(?:genSalt(?:Sync)?|gensalt|BCryptPasswordEncoder)$/i, argument: 0, least: 8 },
  { callee: /(?:^|\.)bcrypt\.GenerateFromPassword$|(?:^|::)bcrypt::hash$|^hash_with_result$/, argument: 1, least: 8 },
  {
    callee:
      /(?:^|\.)pbkdf2\.Key$|(?:^|\s)PBEKeySpec$|(?:^|\s)Rfc2898DeriveBytes(?:\.Pbkdf2)?$|(?:^|\.)Rfc2898DeriveBytes\.Pbkdf2$/,
    argument: 2,
    least: 10_000,
  },
  { callee: /^PKCS5_PBKDF2_HMAC(?:_SHA1)?$/, argument: 4, least: 10_000 },
  { callee: /(?:^|\.)KeyDerivation\.Pbkdf2$/, argument: 3, least: 10_000 },
  { callee: /(?:^|\.)PBKDF2$/, argument: 3, least: 10_000 },
];

/** Names of passwords, within camel case, too; not "bypass" or "compass". */
const password =
  /(?:(?<![A-Za-z])(?:pass(?:words?|wd|phrase|code|w)|pwd|pw|pin|pass(?=[).,+]))|[Pp]ass(?:word|wd|phrase|code)s?|Pwd|Pin|PASS(?:WORD|WD)|PWD)(?![a-z])/;
/** Functions for passwords, stolen ones, pinned certificates. */
const fine = /pbkdf2|scrypt|bcrypt|argon|Rfc2898|pwned|hibp|breach|\bcert|spki|public_?key/i;

/** The beginning of a function: its name. */
const functions =
  /(?:\b(?:def|function|func|fun|fn|sub)\s{1,4}(?:\([^()\n]{0,60}\)\s{0,4})?|\b(?:const|let|var)\s{1,4}(?=\w{1,60}\s{0,4}=\s{0,4}(?:async\s{1,4})?\(?[\w\s,:]{0,60}\)?\s{0,4}=>)|\b(?:public|private|protected|internal|static|override|async|String|string|byte\[\]|void|bool|boolean)\s{1,4}(?=\w{1,60}\s{0,4}\())(\w{1,60})/g;
const hashesPassword = /hash|crypt|encode|digest|set|check|verify|protect|compare|store|save|make|valid|auth/i;

const FED_WITHIN = 300; // UTF-16 units
const NAME_UNITS = 80;

export function hashedPasswords({ calls, text, lexemes }: Code): Span[] {
  const found: Span[] = lexemes.filter(({ kind, text: name }) => kind !== "mark" && weakEncoder.test(name));
  for (const { index, 0: whole } of text.matchAll(/\bSaltString::(?:from_b64|new|encode_b64)\(b?"[^"\n]{1,40}"/g))
    found.push({ start: index, end: index + whole.length });
  const held = passwordNames(text);
  for (const { callee, start, end, args } of calls) {
    const cheap = costs.find((one) => one.callee.test(callee));
    const cost =
      cheap &&
      args[cheap.argument] &&
      text
        .slice(args[cheap.argument]!.start, args[cheap.argument]!.end)
        .replace(/^(?:rounds|log_rounds|iterations|cost|count|strength)\s?[=:]\s?/, "");
    if (cost && /MinCost|MIN_COST/.test(cost)) found.push({ start, end });
    if (
      saltOf(
        callee,
        args.map((one) => text.slice(one.start, one.end)),
      )
    )
      found.push({ start, end });
    if (cheap && cost && /^[\d_]+$/.test(cost) && Number(cost.replaceAll("_", "")) < cheap.least)
      found.push({ start, end });
    const given = args[0] ? text.slice(args[0].start, args.at(-1)!.end) : "";
    const name = withoutChain(callee);
    if (!fastHash.test(name) && !(namedHash.test(name) && fastName.test(given))) continue;
    const whole = statementAround(text, start);
    const said = text.slice(whole.start, whole.end);
    if (fine.test(said)) continue;
    const isKeyed = /Hmac$/.test(name);
    const forPassword = !isKeyed && isForPassword(text, start);
    if (
      isKeyed
        ? password.test(/\.update\([^\n]*/.exec(said)?.[0] ?? "")
        : password.test(said) || forPassword || namesOf(given).some((name) => held.has(name))
    )
      found.push({ start, end: Math.max(end, whole.end) });
    found.push(...fedLater(text, start, end, forPassword));
  }
  return found;
}

/** Functions for passwords, and which argument is the salt. */
const salted: readonly { callee: RegExp; argument: number }[] = [
  {
    callee:
      /(?:^|\.)(?:pbkdf2(?:Sync)?|scrypt(?:Sync)?|CryptoJS\.PBKDF2|hashlib\.scrypt|pbkdf2\.Key|scrypt\.Key|argon2\.(?:ID)?Key|(?:new )?PBEKeySpec|(?:new )?Rfc2898DeriveBytes|KeyDerivation\.Pbkdf2)$/,
    argument: 1,
  },
  { callee: /(?:^|\.)(?:pbkdf2_hmac|PKCS5_PBKDF2_HMAC)$/, argument: 2 },
  { callee: /(?:^|\.)(?:bcrypt\.hashpw|BCrypt\.hashpw|crypt\.crypt|crypt)$/, argument: 1 },
];
const literalSalt =
  /^(?:salt\s?=\s?)?b?(?:["'`][^"'`$]{1,60}["'`]|'[^'\n]{1,60}')(?:\.(?:encode|getBytes)\([^()]{0,40}\))?$|^(?:\[\]byte|Buffer\.from|Encoding\.\w{1,10}\.GetBytes)\(["'`]/;

/** Whether a password gets a salt that is written down, and so the same for everybody. */
const saltOf = (callee: string, said: readonly string[]): boolean => {
  const known = salted.find((one) => one.callee.test(callee));
  const salt = known && (said.find((one) => /^salt\s?=/.test(one)) ?? said[known.argument]);
  return salt !== undefined && literalSalt.test(salt) && password.test(said[0] ?? "");
};

const namesOf = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

/** Names that are given the bytes of a password, or a password with salt: `bytes = password.getBytes()`. */
function passwordNames(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, name, value] of text.matchAll(
    /(?<![\w$.])([A-Za-z_$][\w$]{0,60})\s{0,4}:?=(?!=)\s{0,4}([^\n;]{1,160})/g,
  ))
    if (password.test(value!) && /[bB]ytes|encode|Buffer|salt|byte\(/.test(value!) && !fine.test(value!))
      found.add(name!);
  return found;
}

/** The last link of a callee: `a.b(c).digest` is `digest`, but `SHA256.Create` is whole. */
const withoutChain = (callee: string): string => callee.replace(/^(?:new\s+|.*\)\s{0,40}\.\s{0,4})/s, "");

function isForPassword(text: string, at: number): boolean {
  const last = [...text.slice(0, at).matchAll(functions)].at(-1)?.[1] ?? "";
  return password.test(last) && hashesPassword.test(last);
}

/** What the hash's own name is fed, or what its result is given to, in the next lines. */
function fedLater(text: string, start: number, end: number, forPassword: boolean): Span[] {
  const name = /(?<!\w)([A-Za-z_$]\w{0,60})\s{0,4}:?=\s{0,4}(?:await\s{1,4}|new\s{1,4})?(?:[\w.]{1,40}\.)?$/.exec(
    text.slice(Math.max(0, start - NAME_UNITS), start),
  )?.[1];
  if (name === undefined) return [];
  const named = new RegExp(`(?<![\\w.])${name.replaceAll("$", "\\$")}(?!\\w)`);
  const after = text.slice(end, end + FED_WITHIN);
  if (fine.test(after)) return [];
  let at = end;
  for (const line of after.split("\n")) {
    at += line.length + 1;
    if (/^\s*(?:def|func|function|fn)\s/.test(line)) return [];
    if (named.test(line) && (forPassword || password.test(line))) return [{ start, end: at - 1 }];
  }
  return [];
}
