// Texts that an answer may repeat, from which the host drafts tokens: suggestions that were shown and typed past, and text that was just changed
// or cut out. They change how fast an answer comes, never the answer. Secrets are redacted all the same.

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { remembered } from "../../common/util/remembered.ts";
import { REQUEST_LIMITS } from "../../server/host/protocol/limits.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionCache } from "./cache.ts";
import type { Place } from "./place.ts";

const MAX_SUGGESTIONS = 2;
const MAX_REMOVED = 3;

/** How many redacted texts are remembered. The texts hardly change from key to key, so each is searched for secrets once. */
const MAX_KNOWN = 16;
const known = new Map<string, string>(); // in the order of use

/** @returns the likeliest first, within the limits of a request */
export async function lookupTexts(
  { document }: Pick<Place, "document">,
  { cache, sources }: { cache: CompletionCache; sources?: Sources },
): Promise<string[]> {
  const edits = await sources?.edits?.recent({ nowMs: Date.now(), limit: MAX_REMOVED }).catch(() => []); // the disk is gone: without them
  // The lines above may say that these are secret. Redaction keeps the number of lines.
  const removed = (edits ?? []).map(({ leading, before }) => ({ above: leading, text: before.join("\n") }));
  const shown = cache.suggestionsIn(document.uri, MAX_SUGGESTIONS).map((text) => ({ above: [], text }));
  return [...shown, ...removed].filter(({ text }) => text.trim() !== "").map(({ above, text }) => safe(above, text));
}

function safe(above: readonly string[], text: string): string {
  const { lookupChars } = REQUEST_LIMITS;
  const whole = [...above, text.slice(0, lookupChars)].join("\n");
  const redacted = remembered(known, whole, MAX_KNOWN, (unsafe) => redactSecrets(unsafe).text);
  return redacted.split("\n").slice(above.length).join("\n").slice(0, lookupChars); // the mark of a secret may be longer than the secret
}
