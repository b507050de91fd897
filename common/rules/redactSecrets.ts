// Takes secrets out of a text before it becomes part of a prompt: key blocks, tokens with a maker's prefix, literals beside telling names, secrets in
// URLs, documents that are secret by their structure, long random literals.
// Never changes the number of lines. Linear in the text: each rule passes over it a fixed number of times.

import type { Span } from "./literals.ts";
import { privateKeys, publicKeyLines } from "./privateKeys.ts";
import { kubernetesSecrets, webKeys, xmlKeys } from "./secretDocuments.ts";
import { keywordSecrets } from "./secretKeywords.ts";
import {
  loneSecrets,
  longRuns,
  makersTokens,
  markedSecrets,
  type NamedSpan,
  prefixedTokens,
  shapedTokens,
} from "./secretTokens.ts";
import { urlSecrets } from "./secretUrls.ts";

/** The text that replaces a secret. No rule takes it for a secret again. */
export const REDACTED = "<redacted>";

export interface Redaction {
  text: string;
  /** How many secrets which rule has found. */
  found: Record<string, number>;
}

interface Found extends NamedSpan {
  counted: boolean; // false for the further lines of a key
}

/** Where the secrets of a text lie, in order and without overlaps. */
export function secretsIn(text: string): readonly Span[] {
  return foundIn(text);
}

function foundIn(text: string): Found[] {
  const runs = longRuns(text);
  const all: Found[] = [
    ...keysIn(text),
    ...each(makersTokens(text, runs)),
    ...each(shapedTokens(text, runs)),
    ...each(markedSecrets(text)),
    ...by("urlSecret", urlSecrets(text)),
    ...by("keyword", keywordSecrets(text)),
    ...by("kubernetesSecret", kubernetesSecrets(text)),
    ...by("webKey", webKeys(text)),
    ...by("xmlKey", xmlKeys(text)),
    ...each(prefixedTokens(text, runs)),
  ];
  let covered: ReadonlySet<number> | undefined;
  const known = () => (covered ??= new Set([...publicKeyLines(text), ...all].map(({ start }) => start)));
  all.push(...each(loneSecrets(text, runs, known)));
  return withoutOverlaps(all.flatMap((span) => byLine(text, span)));
}

/** No span goes over a line break: the number of lines has to stay. */
function byLine(text: string, span: Found): Found[] {
  const whole = text.slice(span.start, span.end);
  if (!/[\r\n]/.test(whole)) return [span];
  return [...whole.matchAll(/[^\r\n]+/g)].map(({ 0: line, index }, i) => {
    const start = span.start + index;
    return { ...span, start, end: start + line.length, counted: span.counted && i === 0 };
  });
}

export function redactSecrets(text: string): Redaction {
  const spans = foundIn(text);
  const found: Record<string, number> = {};
  let redacted = "";
  let at = 0;
  for (const { start, end, rule, counted } of spans) {
    redacted += text.slice(at, start) + REDACTED;
    at = end;
    if (counted) found[rule] = (found[rule] ?? 0) + 1;
  }
  return { text: redacted + text.slice(at), found };
}

function keysIn(text: string): Found[] {
  return privateKeys(text).flatMap((spans) =>
    spans.map((span, i) => ({ ...span, rule: "privateKey", counted: i === 0 })),
  );
}

const each = (spans: readonly NamedSpan[]): Found[] => spans.map((span) => ({ ...span, counted: true }));
const by = (rule: string, spans: readonly Span[]): Found[] => spans.map((span) => ({ ...span, rule, counted: true }));

/** In the order of the text; of two that overlap the one that begins first, and of those the longer. */
function withoutOverlaps(found: Found[]): Found[] {
  const kept: Found[] = [];
  for (const span of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) kept.push(span);
    else if (span.end > last.end) kept.push({ ...span, start: last.end, counted: false });
  }
  return kept;
}
