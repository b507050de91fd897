// Whether one request goes on where another began: by what was typed between the two. Pure; knows no model.

import type { ModelCall } from "../../model/completionModel.ts";

/** The text by which `now` goes on after `then`; undefined where it asks for something else. Pieces of context are not compared. */
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

/** Enter between brackets that the editor has closed puts the closing one on a line of its own: it was no part of the prompt before. */
function isSameSuffix(then: string, now: string, typed: string): boolean {
  if (then === now) return true;
  const closed = typed.startsWith("\n") ? /^\n[ \t]*[)\]}]+[;,]?(?=\n|$)/.exec(now)?.[0] : undefined;
  return closed !== undefined && now.slice(closed.length) === then;
}

/**
 * Whether the text in the document may be the beginning of what is expected. An editor closes brackets and quotes by itself and indents lines:
 * where the texts part after a common beginning, that may follow.
 */
export function maybeTyped(typed: string, expected: string): boolean {
  let same = 0;
  while (same < typed.length && typed[same] === expected[same]) same++;
  if (same === typed.length || same === expected.length) return true;
  return same > 0 && /^[)\]}"'`\s]*$/.test(typed.slice(same));
}
