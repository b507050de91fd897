// Whether one request continues another: by the text that was typed between the two. Pure; knows no model.

import type { ModelCall } from "../../model/completionModel.ts";

/** The text that was typed between the requests `then` and `now`; undefined where `now` does not continue `then`. Ignores context pieces. */
export function typedSince(then: ModelCall, now: ModelCall): string | undefined {
  const typed = now.prompt.prefix.slice(then.prompt.prefix.length);
  const isSame =
    then.prompt.path === now.prompt.path &&
    isSameSuffix(then.prompt.suffix, now.prompt.suffix, typed) &&
    then.maxTokens === now.maxTokens &&
    then.sampling.temperature === now.sampling.temperature &&
    then.stop.join("\0") === now.stop.join("\0") &&
    now.prompt.prefix.startsWith(then.prompt.prefix);
  return isSame ? typed : undefined;
}

/** Whether the suffix is unchanged. Enter between auto-closed brackets moves the closing one to its own line, which was not in the prompt before. */
function isSameSuffix(then: string, now: string, typed: string): boolean {
  if (then === now) return true;
  const closed = typed.startsWith("\n") ? /^\n[ \t]*[)\]}]+[;,]?(?=\n|$)/.exec(now)?.[0] : undefined;
  return closed !== undefined && now.slice(closed.length) === then;
}

/**
 * Whether the text in the document may be the beginning of the expected text. Where the two differ after a common beginning, the rest may only
 * be what an editor adds by itself: closing brackets and quotes, and indentation.
 */
export function maybeTyped(typed: string, expected: string): boolean {
  let same = 0;
  while (same < typed.length && typed[same] === expected[same]) same++;
  if (same === typed.length || same === expected.length) return true;
  return same > 0 && /^[)\]}"'`\s]*$/.test(typed.slice(same));
}
