// A place drawn in a text ("│" is the cursor) in a workspace in memory, and what retrieval finds there. Not a test.

import type { Refusal } from "../../../common/rules/refusal.ts";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { candidates, Dropped, type GatherOptions, gather } from "../../../src/context/gather.ts";
import { Memory } from "../../../src/context/memory.ts";
import { retrievalPlace } from "../../../src/context/retrievers/place.ts";
import type { Candidate, Retriever } from "../../../src/context/retrievers/retriever.ts";
import type { Sources } from "../../../src/context/sources/sources.ts";
import { type OpenDocument, openDocument } from "../../../src/workspace/documents.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";

export const parsers = await createParsers("native");
export const never = new AbortController().signal;

/** No test waits so long; what does is not to be late. */
export const LONG_MS = 100_000;

export const NOW_MS = 1_000_000;

/** Files by path; one that is a refusal is there and may not be read. */
export type Files = Record<string, string | { refusal: Refusal }>;

/** The files as they are when they are read: a test may change them. */
export function inMemory(files: Files): Workspace {
  return {
    list: async () => Object.keys(files).filter((path) => typeof files[path] === "string"),
    read: async (path, refused) => {
      const file = files[path];
      if (typeof file === "object") refused?.(file.refusal);
      return typeof file === "string" ? file : undefined;
    },
  };
}

export function drawn(text: string, path: string): { document: OpenDocument; offset: number } {
  const offset = text.includes("│") ? text.indexOf("│") : text.length;
  const languageId = languageOfPath(path) ?? "plaintext";
  const item = { uri: `file:///w/${path}`, path, languageId, text: text.replace("│", "") };
  return { document: openDocument(item, parsers), offset };
}

export interface Given extends Omit<Partial<Sources>, "workspace"> {
  path?: string; // of the document; "a.ts" unless told
  files?: Files;
  workspace?: Workspace;
}

/** What one retriever names at the place. */
export async function retrieved(
  retriever: Retriever,
  text: string,
  { path = "a.ts", files = {}, workspace = inMemory(files), ...others }: Given = {},
) {
  const { document, offset } = drawn(text, path);
  const sources = { workspace, ...others };
  const dropped = new Dropped();
  const place = retrievalPlace(document, offset, NOW_MS);
  const memory = new Memory(sources, document);
  const options: GatherOptions = { retrievers: [retriever], deadlineMs: LONG_MS };
  const pieces = await candidates(place, sources, memory, dropped, never, options);
  return { pieces, dropped: dropped.pieces };
}

/** What goes into the prompt at the place. */
export function gathered(
  text: string,
  { path = "a.ts", files = {}, workspace = inMemory(files), ...others }: Given = {},
  options: GatherOptions = {},
  signal = never,
) {
  const { document, offset } = drawn(text, path);
  return gather(document, offset, { workspace, ...others }, signal, { nowMs: NOW_MS, deadlineMs: LONG_MS, ...options });
}

export const told = (pieces: readonly Pick<Candidate, "path" | "text">[]): string[] =>
  pieces.map(({ path, text }) => `${path}: ${text}`);
