// Documents that say by their structure what is secret: a Secret of Kubernetes, a JSON Web Key, a key in XML, PuTTY's keys, OpenSSL's dumps.

import type { Span } from "./literals.ts";
import { isPlaceholder } from "./secretValue.ts";

const MAX_DOCUMENT_UNITS = 20_000;
const MAX_OBJECT_UNITS = 6_000;

/** The values below `data` and `stringData` of a Secret, whatever their names: in YAML and in JSON. */
export function kubernetesSecrets(text: string): Span[] {
  if (!/Secret\b/.test(text) || !text.includes("kind")) return [];
  const spans: Span[] = [];
  let lastEnd = 0;
  for (const match of text.matchAll(/(?:^|[\n{,])[ \t]{0,20}["']?kind["']?[ \t]{0,4}:[ \t]{0,4}["']?Secret\b/g)) {
    if (match.index < lastEnd) continue;
    const from = Math.max(lastEnd, match.index - MAX_OBJECT_UNITS);
    const before = text.slice(from, match.index);
    const start = from + Math.max(0, before.lastIndexOf("\n---"));
    const after = text.slice(match.index + 1, match.index + MAX_DOCUMENT_UNITS);
    const end = match.index + 1 + (after.includes("\n---") ? after.indexOf("\n---") : after.length);
    spans.push(...dataOf(text, start, end));
    lastEnd = end;
  }
  return spans;
}

function dataOf(text: string, start: number, end: number): Span[] {
  const spans: Span[] = [];
  const document = text.slice(start, end);
  for (const block of document.matchAll(/(?:^|\n)([ \t]*)["']?(?:data|stringData)["']?:[ \t]*(\{)?/g)) {
    const from = block.index + block[0].length;
    const body = block[2] ? document.slice(from).split("}", 1)[0]! : indented(document.slice(from), block[1]!.length);
    for (const entry of body.matchAll(
      /["']?[\w.-]{1,80}["']?[ \t]{0,8}:[ \t]{1,8}(?:[|>][-+]?[ \t]{0,4}\r?\n|["']?([^\s"',}][^"'\r\n,}]{3,8000}))|\n[ \t]{2,}(\S[^:\r\n]{15,8000})(?=\r?\n|$)/g,
    )) {
      const value = (entry[1] ?? entry[2])?.trimEnd();
      if (value === undefined || isPlaceholder(value)) continue;
      const at = start + from + entry.index + entry[0].lastIndexOf(value);
      spans.push({ start: at, end: at + value.length });
    }
  }
  return spans;
}

/** The lines that stand further in than their head. */
function indented(body: string, depth: number): string {
  let end = body.indexOf("\n");
  while (end !== -1) {
    const next = body.indexOf("\n", end + 1);
    const line = body.slice(end + 1, next === -1 ? body.length : next);
    if (line.trim() !== "" && line.length - line.trimStart().length <= depth) return body.slice(0, end);
    end = next;
  }
  return body;
}

/** RFC 7518: the private members of a key beside its `kty`. */
export function webKeys(text: string): Span[] {
  const spans: Span[] = [];
  let lastEnd = 0;
  for (let at = text.indexOf("kty"); at !== -1; at = text.indexOf("kty", at + 3)) {
    if (at < lastEnd) continue;
    const from = Math.max(lastEnd, at - MAX_OBJECT_UNITS);
    const start = from + Math.max(0, text.slice(from, at).lastIndexOf("{"));
    const after = text.slice(at, at + MAX_OBJECT_UNITS);
    const end = at + (after.includes("}") ? after.indexOf("}") : after.length);
    const member =
      /(?<![\w$])\\{0,2}["']?(?:d|p|q|dp|dq|qi|k)\\{0,2}["']?\s{0,4}(?::|=>|=)\s{0,10}\\{0,2}["']([\w+/=-]{10,4000})/g;
    for (const match of text.slice(start, end).matchAll(member)) {
      const valueEnd = start + match.index + match[0].length;
      if (!isPlaceholder(match[1]!)) spans.push({ start: valueEnd - match[1]!.length, end: valueEnd });
    }
    lastEnd = end;
  }
  return spans;
}

/** .NET's `RSAKeyValue`. */
export function xmlKeys(text: string): Span[] {
  if (!text.includes("KeyValue>")) return [];
  return [...text.matchAll(/<(?:D|P|Q|DP|DQ|InverseQ|X)>\s{0,20}([\w+/=]{16,4000})/g)].map((match) => {
    const end = match.index + match[0].length;
    return { start: end - match[1]!.length, end };
  });
}
