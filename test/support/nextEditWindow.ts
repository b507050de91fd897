// A window in which somebody types, with what the agent finds after each edit: one open document, without an editor.

import { createParsers } from "../../common/syntax/parsers.ts";
import { type FoundEdits, NextEditWatch } from "../../src/agent/nextEdits.ts";
import type { CompilerThread } from "../../src/typescript/thread.ts";
import { Documents } from "../../src/workspace/documents.ts";

const parsers = await createParsers();

interface Opened {
  uri: string;
  languageId: string;
  text: string;
  root?: string; // of the workspace folder
  compiler?: CompilerThread;
}

export function nextEditWindow({ uri, languageId, text, root, compiler }: Opened) {
  const documents = new Documents({ parsers, relativePath: () => uri.split("/").at(-1)! });
  documents.open({ uri, languageId, version: 1, text });
  const log: string[] = [];
  const found: FoundEdits[] = [];
  const parts = {
    documents,
    parsers,
    compilerOf: () => compiler,
    sourcesOf: () => undefined,
    rootOf: () => root,
    onFound: (one: FoundEdits) => found.push(one),
  };
  const watch = new NextEditWatch(parts, (line) => log.push(line));
  const document = () => documents.get(uri)!;
  /** Replaces some characters, which begin at an offset of the text. */
  const replace = (start: number, length: number, inserted: string, nowMs?: number) => {
    const before = document().text.getText();
    const positionAt = (offset: number) => document().text.positionAt(offset);
    const contentChanges = [{ range: { start: positionAt(start), end: positionAt(start + length) }, text: inserted }];
    documents.change({ textDocument: { uri, version: document().version + 1 }, contentChanges });
    watch.edited(document(), before, contentChanges, nowMs);
  };
  const type = (line: number, character: number, inserted: string, nowMs?: number) =>
    replace(document().text.offsetAt({ line, character }), 0, inserted, nowMs);
  return { watch, documents, document, replace, type, log, found };
}
