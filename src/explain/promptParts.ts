// The parts of a prompt that a suggestion may lean on, and the same prompt without them. What is left keeps its order; positions shift. Pure.

import type { ContextPiece, InspectResult, PromptInput } from "../../server/host/protocol/messages.ts";

/** A part of the prompt, by its id: pieces are numbered from 0, then come the file's own parts. */
export interface PromptPart {
  id: number;
  kind: string;
  title: string;
  path: string;
  text: string;
  tokens: number;
  /** The prompt of which this part has another text; "" leaves it out. */
  replaced: (prompt: PromptInput, text: string) => PromptInput;
}

/** The prompt that packs to what the model has read: without what was left out of it for lack of room. */
export function packedPrompt(given: PromptInput, { pieces }: InspectResult): PromptInput {
  const own = (kind: string) => pieces.find((piece) => isOwn(piece) && piece.kind === kind)?.text ?? "";
  return {
    ...given,
    prefix: own("prefix"),
    suffix: own("suffix"),
    pieces: pieces.filter((piece) => !isOwn(piece)).map(({ kind, path, text, score }) => ({ kind, path, text, score })),
  };
}

const isOwn = ({ kind }: ContextPiece): boolean => kind === "prefix" || kind === "suffix";

/** The parts of a packed prompt, in its order. The line of the cursor belongs to none: without it there is no place. */
export function promptParts(prompt: PromptInput, { pieces }: InspectResult): PromptPart[] {
  const tokensOf = (text: string, path: string) =>
    pieces.find((piece) => piece.text === text && piece.path === path)?.tokens ?? 0;
  const found = prompt.pieces.map(
    (piece, id): PromptPart => ({
      id,
      kind: piece.kind,
      title: `${piece.path} (${piece.kind})`,
      path: piece.path,
      text: piece.text,
      tokens: tokensOf(piece.text, piece.path),
      replaced: (from, text) => withPieces(from, piece, text),
    }),
  );
  const { path, prefix, suffix } = prompt;
  const before = prefix.slice(0, prefix.lastIndexOf("\n") + 1);
  const own: Omit<PromptPart, "id" | "path">[] = [
    {
      kind: "header",
      title: `the file's name, ${path}`,
      text: path,
      tokens: 0,
      replaced: (from, text) => ({ ...from, path: text }),
    },
    {
      kind: "after",
      title: "the text after the cursor",
      text: suffix,
      tokens: tokensOf(suffix, path),
      replaced: (from, text) => ({ ...from, suffix: text }),
    },
    {
      kind: "before",
      title: "the text before this line",
      text: before,
      tokens: tokensOf(prefix, path),
      replaced: (from, text) => ({ ...from, prefix: text + from.prefix.slice(from.prefix.lastIndexOf("\n") + 1) }),
    },
  ];
  const filled = own.filter(({ text }) => text.trim() !== "");
  return [...found, ...filled.map((part, index) => ({ ...part, id: found.length + index, path }))];
}

/** The prompt with another text in the place of a piece; "" leaves it out. */
function withPieces(prompt: PromptInput, piece: ContextPiece, text: string): PromptInput {
  const isThis = (other: ContextPiece) =>
    other === piece || (other.path === piece.path && other.kind === piece.kind && other.text === piece.text);
  const pieces = prompt.pieces.flatMap((other) => (!isThis(other) ? [other] : text === "" ? [] : [{ ...other, text }]));
  return { ...prompt, pieces };
}

export const BLOCK_LINES = 4;

/** The blocks of four lines of a part's text, and the text without each. */
export function blocksOf(text: string): { firstLine: number; text: string; without: string }[] {
  const lines = text.split(/(?<=\n)/);
  const count = Math.ceil(lines.length / BLOCK_LINES);
  return Array.from({ length: count }, (_, index) => {
    const firstLine = index * BLOCK_LINES;
    const block = lines.slice(firstLine, firstLine + BLOCK_LINES).join("");
    return { firstLine, text: block, without: lines.toSpliced(firstLine, BLOCK_LINES).join("") };
  });
}
