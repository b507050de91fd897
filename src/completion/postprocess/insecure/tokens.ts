// Tokens that are read without a look at their signature where they tell who somebody is (CWE-347): anybody can write one. Reading the key's name
// or the time from a token is fine, so is a token that the same function verifies, and a page that shows what its own token says. Pure.

import type { Code } from "./code.ts";
import type { Span } from "./lexemes.ts";
import { functionAround, statementAround, statementStart } from "./statements.ts";

/** Calls that read a token as it is; `asks` what else they must be told for that. */
const readers: readonly { languages: RegExp; callee: RegExp; asks?: RegExp }[] = [
  {
    languages: /^(?:java|type)script/,
    callee:
      /(?:^|\.)(?:(?:jwt|JWT|jsonwebtoken|jsonWebToken|jwtService|jwtHelper|JwtService)\.(?:decode|decodeToken)|jwt_?[dD]ecode|decodeJwt|decodeJWT)$/,
  },
  { languages: /^(?:java|kotlin|scala|groovy)$/, callee: /(?:^|\.)JWT(?:\(\))?\.(?:decode|decodeJwt)$/ },
  {
    languages: /^(?:csharp|vb|fsharp)$/,
    callee: /\.Read(?:Jwt|JsonWeb)?Token$|(?:^|\s)(?:JwtSecurityToken|JsonWebToken)$/,
  },
  { languages: /^ruby$/, callee: /^JWT\.decode$/, asks: /,\s?nil,\s?false/ },
  { languages: /^python$/, callee: /(?:^|\.)jwt\.decode_complete$/, asks: /verify_signature["']\s?:\s?False/ },
];
/** The middle part of a token, taken from its base64 by hand. */
const byHand =
  /\b(?:atob|Buffer\.from|b64decode|urlsafe_b64decode|base64_decode|base64_url_decode|base64url\.decode|jsdecode64|urlsafe_decode64|Base64\w{0,10}\.\w{1,20}|getUrlDecoder\(\)\.decode|FromBase64String|RawURLEncoding\.DecodeString|URL_SAFE_NO_PAD\.decode)\(\s{0,4}[^\n]{0,60}?(?:[tT]oken|jwt|JWT|[bB]earer|parts?|segments?|payload)\w{0,12}[^\n]{0,40}?(?:\[\s?1\s?\]|\.second|\.nth\(1\))/g;
/** The same of a name that holds the middle part: `const [, payload] = token.split(".")`, `payload = token.split(".")[1]`. */
const decodes =
  /\b(?:atob|Buffer\.from|b64decode|urlsafe_b64decode|base64_decode|base64_url_decode|urlsafe_decode64|decode64|getUrlDecoder\(\)\.decode|FromBase64String|DecodeString|URL_SAFE_NO_PAD\.decode)\(\s{0,4}(?:strtr\(\s{0,2}|str_replace\([^()\n]{0,40}\s)?\$?([A-Za-z_]\w{0,40})(?![\w[(])/g;
const isMiddle = (before: string, name: string): boolean =>
  new RegExp(
    `(?:\\[\\s?(?:\\w{1,20})?,\\s?\\$?${name}(?:,[^\\]\\n]{0,40})?\\]|\\b\\w{1,20},\\s?\\$?${name}(?:,\\s?\\w{1,20})?)\\s{0,4}:?=[^\\n]{1,120}(?:split|Split|explode)\\(|(?<!\\w)${name}\\s{0,4}:?=[^\\n]{1,120}(?:split|Split|explode)\\([^\\n]{1,40}\\)\\s?\\[1\\]`,
  ).test(before) && splits.test(before);
const splits = /split\(\s?["'`]\.|split\(\s?["'`]\\\\\.|Split\(\s?(?:\w{1,30},\s?)?["']\.|explode\(\s?["']\./;

const verifies =
  /verif(?!y_signature)|validat|introspect|jwks|createRemoteJWKSet|signature_?valid|hmac|compare_digest|timingSafeEqual|hash_equals/i;
/** What a function that answers others is given, and what it answers. */
const answers =
  /\b(?:req|request|ctx|exchange|httpRequest|servletRequest)\b\s{0,2}(?:[.?!:[]|->)|\bc\.(?:req|get|header|cookie|Request)\b|\bheaders?\b\s{0,2}[.?!([]|\bcookies\(\)|HttpContext|HttpServletRequest|ExecutionContext|canActivate|[aA]uthorization|Bearer\b|\$_(?:SERVER|COOKIE)|getallheaders|handshake|\b(?:401|403)\b/;
/** Members that say nothing about who somebody is. */
const otherMembers =
  /^(?:header|headers|kid|alg|typ|exp|iat|nbf|iss|aud|jti|ValidTo|ValidFrom|Issuer|Header|getKeyId|getExpiresAt|getHeader|getIssuer|getAlgorithm|expiresAt|keyId|issuer)$/;
const onlyHeader = /\bcomplete["']?\s?:\s?true|\.header\b|\bgetKeyId\b|\.kid\b/;

export function unverifiedTokens(code: Code): Span[] {
  const { text, languageId, calls } = code;
  if (!/jwt|token|bearer|atob|base64/i.test(text)) return [];
  const found: Span[] = [];
  const reader = readers.find(({ languages }) => languages.test(languageId));
  if (reader)
    for (const { callee, start, end } of calls)
      if (reader.callee.test(callee) && (reader.asks?.test(text.slice(start, end)) ?? true)) found.push({ start, end });
  for (const { index, 0: whole, 1: name } of text.matchAll(decodes))
    if (isMiddle(text.slice(0, index), name!)) found.push({ start: index, end: index + whole.length });
  for (const { index, 0: whole } of text.matchAll(byHand))
    if (splits.test(text.slice(0, index + whole.length))) found.push({ start: index, end: index + whole.length });
  return found.filter((span) => provesWho(code, span));
}

/** Whether a function that answers others trusts what it reads. */
function provesWho({ text, languageId }: Code, { start, end }: Span): boolean {
  const { start: begins } = functionAround(text, start, languageId);
  const around = text.slice(begins);
  if (verifies.test(around) || !answers.test(around)) return false;
  const statement = text.slice(statementStart(text, start), statementAround(text, end).end);
  if (onlyHeader.test(statement)) return false;
  const members = membersRead(statement, text.slice(end), statement.slice(0, Math.max(0, statement.indexOf("="))));
  return members.length === 0 || !members.every((name) => otherMembers.test(name));
}

/** The members of what was read: those taken apart at once, and those of the name that it is given. */
function membersRead(statement: string, after: string, target: string): string[] {
  const list = /\{([^{}]{1,200})\}\s{0,4}(?::[^=]{0,60})?$/.exec(target)?.[1];
  if (list !== undefined) return list.match(/(?<!\w)[A-Za-z_]\w{0,60}(?=\s{0,4}(?:[,:]|$))/g) ?? [];
  const direct = /\)\s{0,4}(?:as [^\n]{1,60}\)|!)?[?!]?\.(\w{1,40})(?!\w|\s?\()/.exec(statement)?.[1];
  const name = /([\w$]{1,60})(?:\s?:[^=]{0,80})?\s{0,4}$/.exec(target)?.[1];
  const found = direct === undefined ? [] : [direct];
  if (name !== undefined)
    for (const [, member] of after.matchAll(
      new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?:[?!]?\\.|->|\\[["'])(\\w{1,40})`, "g"),
    ))
      found.push(member!);
  return found;
}
