// The two forms of a candidate that is a part of a file: the file's own lines, or the outline of a declaration. Pure.

import type { LineSpan } from "../../workspace/chunks.ts";
import type { FileFacts, OutlinedDeclaration } from "../../workspace/fileFacts.ts";
import type { Candidate, Features } from "./retriever.ts";

export function linesPiece(
  kind: string,
  file: FileFacts,
  { startLine, endLine }: LineSpan,
  features: Features,
): Candidate {
  return { kind, path: file.path, startLine, endLine, text: file.lines(startLine, endLine), file, features };
}

export function outlinePiece(kind: string, file: FileFacts, one: OutlinedDeclaration, features: Features): Candidate {
  const { startLine, endLine, text } = one;
  return { kind, path: file.path, startLine, endLine, text, outlineOf: file, features };
}
