// The host's memories: what clients have sent is found in each model's tokens, is shared by their windows, and goes with the last of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MEMORY_LIMITS } from "../../../server/host/protocol/limits.ts";
import { RepositoryMemories } from "../../../server/host/repositoryMemories.ts";
import { tinyTokenizer } from "../../support/tinyModel.ts";

const tokenizer = tinyTokenizer();
const [window, other] = [{}, {}];

async function continuations(memories: RepositoryMemories, workspace: string, text: string): Promise<string> {
  await memories.settled(workspace, "tiny", tokenizer);
  const found: number[] = [];
  const snapshot = memories.of(workspace, "tiny", tokenizer).snapshot("open.ts");
  snapshot.find(tokenizer.encode(text), (token) => found.push(token));
  return tokenizer.decode(found.sort());
}

test("texts are found by every model that asks, also those that come later, change or go", async () => {
  const memories = new RepositoryMemories();
  const tell = (path: string, text?: string) => memories.remember({ workspace: "w", files: [{ path, text }] }, window);
  tell("a.ts", "let size = 1;");
  assert.equal(await continuations(memories, "w", "let s"), "i");
  tell("b.ts", "let small;");
  assert.equal(await continuations(memories, "w", "let s"), "im");
  tell("a.ts", "let sun;");
  assert.equal(await continuations(memories, "w", "let s"), "mu");
  tell("b.ts");
  assert.equal(await continuations(memories, "w", "let s"), "u");
  assert.equal(await continuations(memories, "another", "let s"), "");
});

test("a workspace goes with its last window", async () => {
  const memories = new RepositoryMemories();
  const files = [{ path: "a.ts", text: "let size;" }];
  memories.remember({ workspace: "w", files }, window);
  memories.remember({ workspace: "w", files: [] }, other);
  memories.left(window);
  assert.equal(await continuations(memories, "w", "let s"), "i");
  memories.left(other);
  assert.equal(await continuations(memories, "w", "let s"), "");
});

test("what is too large is refused and counted", () => {
  const memories = new RepositoryMemories();
  const text = "x".repeat(MEMORY_LIMITS.fileChars);
  const most = MEMORY_LIMITS.workspaceChars / MEMORY_LIMITS.fileChars;
  const files = Array.from({ length: most + 2 }, (_, i) => ({ path: `${i}.ts`, text }));
  const told = memories.remember({ workspace: "w", files: [{ path: "huge.ts", text: `${text}x` }, ...files] }, window);
  assert.deepEqual(told, { chars: MEMORY_LIMITS.workspaceChars, refused: 3 });
  assert.deepEqual(memories.remember({ workspace: "w", files: [{ path: "0.ts" }] }, window), {
    chars: MEMORY_LIMITS.workspaceChars - MEMORY_LIMITS.fileChars,
    refused: 0,
  });
});

test("a hundred changes while texts are read leave what came last", async () => {
  const memories = new RepositoryMemories();
  await memories.settled("w", "tiny", tokenizer);
  for (let i = 0; i < 100; i++) {
    memories.remember({ workspace: "w", files: [{ path: `${i % 7}.ts`, text: `let s${i % 10};` }] }, window);
    memories.of("w", "tiny", tokenizer);
    if (i % 9 === 0) await new Promise(setImmediate);
  }
  const last = Array.from({ length: 7 }, (_, k) => 93 + k).map((i) => i % 10);
  assert.equal(await continuations(memories, "w", "let s"), last.sort().join(""));
});
