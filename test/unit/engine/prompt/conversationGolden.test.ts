// Conversations in the templates of five families against the ids that transformers gives them (lab/golden/makeConversationGolden.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { conversationFor, packConversation } from "../../../../server/engine/prompt/conversation.ts";
import { createTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { readTokenizerFile } from "../../../../server/engine/tokenizer/tokenizerFile.ts";
import type { Turn } from "../../../../server/host/protocol/messages.ts";

interface Golden {
  conversations: string[][]; // what was said in turn, the user's first and last
  families: { name: string; steps: string; markers: Record<string, number>; ids: number[][] }[];
}

const golden = read<Golden>("conversation-golden.json");
const vocabularies = read<{ families: { name: string; tokenizer?: object }[] }>("tokenizer-families-golden.json");

function read<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, "../../../golden", file), "utf8")) as T;
}

/** The small tokenizer of a family's steps, with the special tokens of a template. */
function tokenizerOf(steps: string, markers: Record<string, number>): Tokenizer {
  const { tokenizer } = vocabularies.families.find(({ name }) => name === steps)!;
  const added = Object.entries(markers).map(([content, id]) => ({ id, content, special: true, normalized: false }));
  const content = structuredClone({ ...tokenizer, added_tokens: added });
  const { vocabulary, pipeline } = readTokenizerFile(content, `${steps}.json`);
  return createTokenizer(vocabulary, pipeline);
}

for (const { name, steps, markers, ids } of golden.families)
  test(`${name}: ${ids.length} conversations have the ids of transformers`, () => {
    const tokenizer = tokenizerOf(steps, markers);
    const format = conversationFor(name, tokenizer)!;
    for (const [index, said] of golden.conversations.entries()) {
      const turns = said.slice(0, -1).map((text, at): Turn => ({ role: at % 2 ? "assistant" : "user", text }));
      const input = { path: "", languageId: "", prefix: "", suffix: "", pieces: [], instruction: said.at(-1), turns };
      const { tokens, inspection } = packConversation(input, tokenizer, 10_000, format);
      assert.deepEqual(tokens, ids[index], inspection.prompt);
    }
  });
