// A recorded burst of typing, replayed in an open document: the keys that a person presses to write lines of a real file again, with what an
// editor adds by itself (closing brackets and quotes, typed over; the indentation of a new line). Measures nothing.

import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { memoryIndex } from "../../../src/index/memoryIndex.ts";
import type { Documents, OpenDocument } from "../../../src/workspace/documents.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`" };

/** One change of the document, and where the cursor is afterwards. */
export interface Key {
  at: number; // UTF-16 units
  insert: string;
  cursor: number;
}

/**
 * The keys that write `text` at `start`.
 * @param text lines as they stand in the file, in whole
 */
export function keysOf(text: string, start: number): Key[] {
  const keys: Key[] = [];
  const closers: string[] = []; // that the editor has put behind the cursor
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (closers.length > 0 && character === closers.at(-1)) {
      closers.pop();
      keys.push({ at, insert: "", cursor: ++at }); // typed over
      continue;
    }
    if (character === "\n") {
      const [whole] = /^\n[ \t]*/.exec(text.slice(i))!;
      keys.push({ at, insert: whole, cursor: at + whole.length });
      at += whole.length;
      i += whole.length - 1;
      continue;
    }
    const closing = CLOSING[character];
    const closes = closing !== undefined && willBeClosed(text, i, closing);
    keys.push({ at, insert: closes ? character + closing : character, cursor: ++at });
    if (closes) closers.push(closing);
  }
  return keys;
}

/** The editor's closing character is typed over where the text closes on the same line. */
function willBeClosed(text: string, at: number, closing: string): boolean {
  const opening = text[at];
  let depth = 0;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === closing && depth-- === 0) return true;
    if (opening !== closing && text[i] === opening) depth++;
  }
  return false;
}

/** Applies a key as the editor's notification would. */
export function pressKey(documents: Documents, document: OpenDocument, { at, insert }: Key): void {
  if (insert === "") return;
  const position = document.text.positionAt(at);
  documents.change({
    textDocument: { uri: document.uri, version: document.version + 1 },
    contentChanges: [{ range: { start: position, end: position }, text: insert }],
  });
}

/** This repository as retrieval sees it, for benches that type in its files. */
export async function openRepository() {
  const root = packageRoot(import.meta.dirname);
  const parsers = await createParsers();
  const workspace = folderWorkspace(root);
  return { root, parsers, workspace, index: await memoryIndex(workspace, parsers) };
}
