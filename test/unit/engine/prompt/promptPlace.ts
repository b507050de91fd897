// What the tests of prompts ask for: a place in a file, with pieces of context. Not a test.

import type { ContextPiece, PromptInput } from "../../../../server/host/protocol/messages.ts";

export const piece = (text: string): ContextPiece => ({ kind: "import", path: "p.ts", text, score: 1 });

export const place = (prefix: string, suffix: string, pieces: ContextPiece[] = []): PromptInput => ({
  path: "src/a.ts",
  languageId: "typescript",
  prefix,
  suffix,
  pieces,
});
