// `sotto chat`: a question to a model of the user's own that was tuned to answer questions. A conversation is kept in a file, if one is named.

import { writeFileSync } from "node:fs";
import { badInput } from "../../common/errors.ts";
import { readCappedSync, UNREAD } from "../../common/util/cappedRead.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import type { Turn } from "../../server/host/protocol/messages.ts";
import { chatCall } from "../../src/actions/chatCall.ts";
import { defineCommand, UsageError, wholeNumber } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { withSeed } from "../model.ts";

const MOST_TOKENS = 512;
const MAX_HISTORY_BYTES = 2_000_000;

export const chat = defineCommand({
  name: "chat",
  defaultModel: "auto",
  positionals: "[QUESTION]",
  options: {
    ...engineOptions,
    history: { type: "string", argument: "FILE", help: "the conversation so far, in JSON; the answer is added to it" },
    "max-tokens": { type: "string", argument: "N", help: `the longest answer (default: ${MOST_TOKENS})` },
  },
  async run({ options, positionals, global, io, signal }) {
    if (positionals.length > 1) throw new UsageError("give one question, in quotation marks");
    const maxTokens = wholeNumber(options["max-tokens"], "max-tokens", 1) ?? MOST_TOKENS;
    const turns = options.history === undefined ? [] : readHistory(options.history);
    const instruction = (positionals[0] ?? (await readStdin())).trim();
    if (instruction === "") throw new UsageError("give a question, or write one to stdin");
    const model = withSeed(await io.loadModel(global.model), global.seed);
    try {
      if (model.tier) throw answersNothing(model.status().model); // small, and trained to complete: it would make things up
      const call = chatCall(turns, instruction, maxTokens, global.seed);
      const { text: written, stop, tokens, timingMs } = await model.generate(call, () => {}, signal);
      const { model: id, device } = model.status();
      if (stop === "noConversation") throw answersNothing(id);
      const answer = written.trim();
      if (options.history !== undefined) {
        const all = [...turns, { role: "user", text: instruction }, { role: "assistant", text: answer }];
        writeFileSync(options.history, `${JSON.stringify(all, undefined, 2)}\n`);
      }
      if (stop === "maxTokens") io.log(`The answer was cut after ${maxTokens} tokens (--max-tokens).`);
      io.log("A small model has written this: it may be wrong, and nothing of it was checked.");
      io.result({ answer, stop, tokens, timingMs, model: id, device }, answer);
    } finally {
      model.dispose();
    }
  },
});

/** What is written to this command; nothing where a person would have to type it. */
async function readStdin(): Promise<string> {
  if (process.stdin.isTTY) return "";
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

const answersNothing = (id: string) =>
  badInput(
    `${id} answers no questions: it completes code.`,
    "Choose with --model one that was tuned for conversations (its name says instruct, chat or it): docs/user/chat.md.",
  );

/** @throws UserError where the file holds no conversation */
function readHistory(file: string): Turn[] {
  const read = readCappedSync(file, MAX_HISTORY_BYTES);
  if ("unread" in read && read.unread === "missing") return [];
  if ("unread" in read) throw badInput(`${file} cannot be used: ${UNREAD[read.unread]}.`, "Name another file.");
  const turns = parsedJson(read.bytes.toString());
  const isTurn = (turn: unknown, at: number) => {
    const { role, text: said } = (turn ?? {}) as Partial<Turn>;
    return role === (at % 2 === 0 ? "user" : "assistant") && typeof said === "string";
  };
  if (Array.isArray(turns) && turns.length % 2 === 0 && turns.every(isTurn)) return turns;
  throw badInput(
    `${file} holds no conversation.`,
    'It is a list of turns, [{"role": "user", "text": "…"}, {"role": "assistant", "text": "…"}, …].',
  );
}
