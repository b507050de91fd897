// Secrets in URLs: user information, parameters, and the paths of hooks, bots and gateways. RFC 3986; passwords that should have been encoded, too.

import type { Span } from "./literals.ts";
import { nearbyOfName } from "./secretNames.ts";
import { isPlaceholder, isSecretValue } from "./secretValue.ts";
import { surprise } from "./surprise.ts";

const MAX_URL_UNITS = 2_048;
const url = /^[^\s"'`<>\\|]{4,}/;

export function urlSecrets(text: string): Span[] {
  const spans: Span[] = [...driverPasswords(text)];
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    const start = at + 3;
    const next = text.indexOf("://", start);
    const whole = text.slice(start, Math.min(next === -1 ? text.length : next, start + MAX_URL_UNITS));
    const rest = url.exec(whole)?.[0];
    if (rest === undefined) continue;
    for (const span of [...userInformation(rest), ...parameters(rest), ...segments(rest)])
      spans.push({ start: start + span.start, end: start + span.end });
  }
  return spans;
}

/** `user:password@tcp(host)/db`, as Go's drivers take it: no scheme. */
function driverPasswords(text: string): Span[] {
  if (!/@(?:tcp|unix|udp)\(/.test(text)) return [];
  return [...text.matchAll(/(?<![\w.-])[\w.-]{1,60}:([^\s"'`]{3,200}?)@(?:tcp|unix|udp)\(/g)].flatMap((match) => {
    const start = match.index + match[0].indexOf(":") + 1;
    return isPlaceholder(match[1]!) ? [] : [{ start, end: start + match[1]!.length }];
  });
}

/** What comes after the `@` that ends user information: a host, or what fills one in. */
const host = /^(?:[\w.-]+|\[[\da-f:]+\]|[$%{][^\s/@]*)(?=$|[:/?#,;)\]}*])/i;
const MAX_USER_UNITS = 320;

function userInformation(rest: string): Span[] {
  const end = endOfUserInformation(rest);
  if (end === undefined) return [];
  const information = rest.slice(0, end);
  const colon = information.indexOf(":");
  if (/[/?#]/.test(colon === -1 ? information : information.slice(0, colon))) return [];
  if (colon === -1) {
    return information.length >= 16 && isSecretValue(information, "weak") ? [{ start: 0, end }] : [];
  }
  const [user, password] = [information.slice(0, colon), information.slice(colon + 1)];
  const isPort = /^\d{1,5}[/?#]/.test(password);
  const isHidden = password.length < 3 || password === user || /^[a-z]{1,5}$/.test(password) || isPlaceholder(password);
  const spans = isPort || isHidden ? [] : [{ start: colon + 1, end }];
  if (user.length >= 16 && isSecretValue(user, "weak")) spans.push({ start: 0, end: colon });
  return spans;
}

/** The first `@` after which a host stands: a password may hold others. */
function endOfUserInformation(rest: string): number | undefined {
  for (let at = rest.indexOf("@"); at !== -1 && at < MAX_USER_UNITS; at = rest.indexOf("@", at + 1)) {
    if (host.test(rest.slice(at + 1, at + 256))) return at;
  }
  return undefined;
}

/** Parameters that name what is public or changes nothing. */
const publicParameter =
  /^(?:v|id|ref|rev|commit|sha\d*|hash|h|integrity|q|query|redirect\w*|url|uri|cursor|page\w*|utm_\w+|client_id|state|challenge|code_challenge)$/i;
const shortParameter =
  /^(?:sig|sign|signature|code|key|k|s|t|sv|auth|x-amz-signature|hmac|ticket|sid|jwt|access|policy)$/i;

function parameters(rest: string): Span[] {
  const from = rest.search(/[?#;]/);
  if (from === -1) return [];
  const spans: Span[] = [];
  for (const match of rest.slice(from).matchAll(/[?&#;]([\w.$[\]-]{1,60})=([^&#;,)]{4,1000})/g)) {
    const [whole, name, value] = [match[0], match[1]!, match[2]!];
    const nearby = nearbyOfName(name);
    const isSecret =
      shortParameter.test(name) || nearby === "weak"
        ? value.length >= 12 && (isSecretValue(value, "weak") || (value.length >= 16 && isRandomEncoded(value)))
        : nearby !== "nothing"
          ? isSecretValue(value, nearby)
          : !publicParameter.test(name) &&
            value.length >= 24 &&
            surprise(value) >= 0.5 &&
            isSecretValue(value, "nothing");
    const start = from + match.index + whole.length - value.length;
    if (isSecret) spans.push({ start, end: start + value.length });
  }
  return spans;
}

const isRandomEncoded = (value: string): boolean => {
  const plain = value.replace(/%[0-9A-Fa-f]{2}/g, "");
  return plain.length >= 12 && !isPlaceholder(plain) && surprise(plain) >= 0.35 && /\d/.test(plain);
};

/** Parts of a path after which, or hosts at which, a secret stands. */
const telling =
  /hook|^bot$|trigger|token|secret|invite|^v[234]$|^api$|^keys?$|^rpc$|^ws$|catch|services|workflows|reset|verify|activate|magic|unsubscribe|^with$|^private|feeds?|ical/i;
const tellingHost = /hook|infura|alchemy|quiknode|ankr|telegram|discord|ifttt|zapier|pagerduty|drpc|helius/i;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

function segments(rest: string): Span[] {
  const path = rest.split(/[?#]/, 1)[0]!;
  const spans: Span[] = [];
  let isTold = tellingHost.test(path.split("/", 1)[0]!);
  let isToldByPath = false;
  let at = path.indexOf("/");
  while (at !== -1 && spans.length < 20) {
    const next = path.indexOf("/", at + 1);
    const segment = path.slice(at + 1, next === -1 ? path.length : next);
    if (telling.test(segment)) isTold = isToldByPath = true;
    else if (isTold && isSecretSegment(segment, isToldByPath))
      spans.push({ start: at + 1, end: at + 1 + segment.length });
    at = next;
  }
  return spans;
}

function isSecretSegment(segment: string, isToldByPath: boolean): boolean {
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(segment)) return false; // a commit
  if (uuid.test(segment)) return isToldByPath;
  if (/\.\w{1,5}$/.test(segment) || segment.length < 16) return false; // a file
  return isSecretValue(segment, "weak");
}
