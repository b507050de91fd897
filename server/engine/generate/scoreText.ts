// Teacher forcing: how probable a given text is to the model after a prompt, token by token, under the rules of the token loop (healing
// included). Runs in a slot of the session's KV cache, as the loop does; generates nothing.

import { promptTooLong } from "../../../common/errors.ts";
import { ALTERNATIVES } from "../../host/protocol/limits.ts";
import type { ScoredToken } from "../../host/protocol/messages.ts";
import { chunkTokensOf, type GenerationSession, inSlot, type RunControl, runOnce } from "./session.ts";

/** A token of the text, and what the model expected in its place. */
export interface ForcedToken {
  id: number;
  logits: Float32Array; // [vocab]; valid during the call
  allowed: readonly number[] | undefined; // ids of the tokens that fit the bytes that are to be spelt again; undefined: all
  owed: number; // how many bytes of the prompt are to be spelt again from this token on
  taken: number; // how many of the prompt's last tokens are written again
}

/**
 * The natural logarithm of the probability of `text` right after `promptTokens` (at least one), token by token. As in the token loop, the
 * prompt's last tokens are taken back where they could begin other tokens; their bytes are then spelt with probabilities over the tokens that
 * fit. Tokens that only spell them are among the text's tokens, with no text of their own.
 * @throws UserError when both together do not fit into the KV cache; Cancelled when `signal` fires
 */
export async function scoreText(
  session: GenerationSession,
  promptTokens: readonly number[],
  text: string,
  control: RunControl = {},
): Promise<{ logProb: number; tokens: ScoredToken[] }> {
  const tokens: ScoredToken[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // keeps the bytes of an unfinished character
  const add = ({ id, logits, allowed, owed }: ForcedToken) => {
    const added = (token: number) => session.tokenizer.bytesOf(token).subarray(owed);
    const text = decoder.decode(added(id), { stream: true });
    tokens.push({
      id,
      text,
      ...expectation(logits, id, allowed, (other) => Buffer.from(added(other)).toString("utf8")),
    });
  };
  await forceText(session, promptTokens, text, add, control);
  return { logProb: tokens.reduce((sum, { logProb }) => sum + logProb, 0), tokens };
}

/** Calls `onToken` for each token of `text` right after `promptTokens`. @throws as `scoreText` does */
export async function forceText(
  session: GenerationSession,
  promptTokens: readonly number[],
  text: string,
  onToken: (token: ForcedToken) => void,
  control: RunControl = {},
): Promise<void> {
  const { decoder } = session;
  const { prompt, continuation, owed } = healed(session, promptTokens, text);
  const all = [...prompt, ...continuation];
  if (all.length > decoder.capacity) throw promptTooLong(all.length, decoder.capacity);
  const taken = promptTokens.length - prompt.length;
  await inSlot(session, prompt, "command", control, async ({ slot, kept }) => {
    // the last token of the prompt runs in any case: its logits are those of the text's first token
    let past = Math.min(kept, prompt.length - 1);
    let left = owed;
    for (const last = all.length - 1; past < last; ) {
      const chunk = all.slice(past, Math.min(last, past + chunkTokensOf(control)));
      const firstWanted = Math.max(0, prompt.length - 1 - past);
      const wanted = Array.from({ length: Math.max(0, chunk.length - firstWanted) }, (_, index) => firstWanted + index);
      const logits = await runOnce(session, slot, chunk, past, wanted, control); // [wanted, vocabSize]
      const { vocabSize } = decoder.config;
      for (const [row, position] of wanted.entries()) {
        const id = all[past + position + 1];
        const allowed = left.length > 0 ? session.healing.candidates(left) : undefined;
        onToken({
          id,
          logits: logits.subarray(row * vocabSize, (row + 1) * vocabSize),
          allowed,
          owed: left.length,
          taken,
        });
        left = left.subarray(session.tokenizer.bytesOf(id).length);
      }
      past += chunk.length;
    }
  });
}

/** The tokens to run before the text and the tokens to score: tokens that the loop would take back count as text. */
export function healed(
  { tokenizer, healing }: Pick<GenerationSession, "tokenizer" | "healing">,
  promptTokens: readonly number[],
  text: string,
): { prompt: readonly number[]; continuation: number[]; owed: Uint8Array } {
  const { kept, taken, owed } = healing.takeBack(promptTokens);
  const owedText = tokenizer.decode(taken);
  if (Buffer.compare(Buffer.from(owedText), owed) !== 0)
    // a healing that ends inside a character
    return { prompt: promptTokens, continuation: tokenizer.encode(text), owed: new Uint8Array() };
  return { prompt: kept, continuation: tokenizer.encode(owedText + text), owed };
}

/**
 * What the logits say of the token `id` and of those likelier than it, in double precision; over the `allowed` ids only, if given.
 * @param textOf the text that a token would add
 */
export function expectation(
  logits: Float32Array,
  id: number,
  allowed: readonly number[] | undefined,
  textOf: (id: number) => string,
): Omit<ScoredToken, "id" | "text"> {
  const possible = allowed ? Float32Array.from(allowed, (other) => logits[other]) : logits;
  const idAt = (index: number) => (allowed ? allowed[index] : index);
  let most = -Infinity;
  for (const logit of possible) if (logit > most) most = logit;
  let total = 0;
  let weighted = 0; // the sum of weight times logit
  let likelier = 0;
  const best: number[] = []; // indices of the likeliest other tokens, descending
  for (let index = 0; index < possible.length; index++) {
    const logit = possible[index];
    const weight = Math.exp(logit - most);
    total += weight;
    weighted += weight * (logit - most);
    if (logit > logits[id]) likelier++;
    if (idAt(index) === id || (best.length === ALTERNATIVES && logit <= possible[best[ALTERNATIVES - 1]])) continue;
    if (best.length === ALTERNATIVES) best.pop();
    const behind = best.findIndex((other) => possible[other] < logit);
    best.splice(behind === -1 ? best.length : behind, 0, index);
  }
  const logTotal = most + Math.log(total);
  return {
    logProb: logits[id] - logTotal,
    rank: likelier + 1,
    entropy: Math.max(0, Math.log(total) - weighted / total),
    alternatives: best.map((index) => {
      const other = idAt(index);
      return { id: other, text: textOf(other), logProb: possible[index] - logTotal };
    }),
  };
}
