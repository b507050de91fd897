// The prompt in each of its three shapes: token ids by the model's own tokenizer, a text with markers, or prefix and suffix for the server to lay
// out. Budgets and order are those of every prompt (server/engine/prompt); sends nothing.

import { languageOfPath, lineSyntax } from "../../common/syntax/languages.ts";
import { conversationFor, packConversation } from "../engine/prompt/conversation.ts";
import { type PackedPrompt, packPrompt } from "../engine/prompt/packPrompt.ts";
import { promptFormats } from "../engine/prompt/promptFormat.ts";
import type { FormatName, PromptFormat } from "../engine/prompt/types.ts";
import { HealingTable } from "../engine/tokenizer/healing.ts";
import type { Tokenizer } from "../engine/tokenizer/tokenizer.ts";
import type { InspectResult, PromptInput } from "../host/protocol/messages.ts";
import type { WirePrompt } from "./dialects/dialect.ts";
import { TokenEstimate } from "./estimate.ts";
import { breakNames, cutAtNames, KNOWN_NAMES, markersOf, withoutBegin, withSpaces } from "./specialNames.ts";

export interface WirePacked {
  wire: WirePrompt;
  inspection: InspectResult;
  chars: number; // of the texts that travel, where their tokens are estimated; 0 where they are known
  /** Token healing: the prompt without its end, which the cursor may have cut within a token, and that end, with which the answer has to begin. */
  healed?: { wire: WirePrompt; owed: string; owedTokens: number };
}

export interface Packer {
  readonly format: FormatName | undefined;
  /** Ids that end the text when they are generated; empty where no ids are known. */
  readonly stopTokens: readonly number[];
  /** Names that end the text when they are written: markers of the format. */
  readonly stopNames: readonly string[];
  /** Undefined for an instruction to a model that has not learnt to follow one. */
  pack(prompt: PromptInput, budgetTokens: number): WirePacked | undefined;
  /** A prompt of `chars` was one of `tokens`, as the server counts. */
  saw(chars: number, tokens: number): void;
}

/** @param model its name, which tells whether it follows instructions */
export function idsPacker(tokenizer: Tokenizer, format: FormatName, model: string): Packer {
  const conversation = conversationFor(model, tokenizer);
  let healing: HealingTable | undefined;
  const packed = (prompt: PromptInput, budgetTokens: number): PackedPrompt | undefined => {
    if (prompt.instruction === undefined) return packPrompt(prompt, tokenizer, budgetTokens, promptFormats[format]);
    return conversation && packConversation(prompt, tokenizer, budgetTokens, conversation);
  };
  return {
    format,
    stopTokens: tokenizer.endOfTextIds,
    stopNames: [],
    pack(prompt, budgetTokens) {
      const whole = packed(prompt, budgetTokens);
      if (!whole) return undefined;
      healing ??= new HealingTable(tokenizer);
      const { kept, taken, owed } = healing.takeBack(whole.tokens);
      const text = utf8(owed);
      return {
        wire: { shape: "ids", ids: whole.tokens },
        inspection: whole.inspection,
        chars: 0,
        ...(text !== undefined &&
          text !== "" && {
            healed: { wire: { shape: "ids", ids: kept }, owed: text, owedTokens: taken.length },
          }),
      };
    },
    saw() {},
  };
}

/** The text of `bytes`; undefined where they begin or end within a character. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const WORD = /^[\p{L}\p{N}_]$/u;
const MOST_CUT_CHARS = 32;

/** The word that the cursor may have cut, with the blank before it, which is part of its token in most vocabularies. */
function cutWord(line: string): string {
  let start = line.length;
  while (line.length - start < MOST_CUT_CHARS && WORD.test(line.charAt(start - 1))) start--;
  return start < line.length && line.charAt(start - 1) === " " ? line.slice(start - 1) : line.slice(start);
}

export interface TextOptions {
  format: FormatName;
  model: string; // its name
  /** The model's special tokens by name, where the server tells them: then no text of a user can become one. */
  ids?: ReadonlyMap<string, number>;
  /** Whether the server can be held to the text with which an answer begins. */
  holdsTo: boolean;
}

export function textPacker({ format, model, ids, holdsTo }: TextOptions): Packer {
  const layout = promptFormats[format];
  const { all: names, optional } = markersOf(layout);
  const estimate = new TokenEstimate(ids ?? new Map(KNOWN_NAMES.map((name, index) => [name, index])));
  const packed = (place: PromptInput, budgetTokens: number): PackedPrompt | undefined => {
    const { tokenizer } = estimate;
    if (place.instruction === undefined) return packPrompt(place, tokenizer, budgetTokens, layout);
    const conversation = format === "qwen" ? conversationFor(model, tokenizer) : undefined;
    if (!conversation) return undefined;
    const instruction = place.instruction.slice(-Math.floor(budgetTokens * estimate.charsPerToken));
    return packConversation({ ...place, instruction }, tokenizer, budgetTokens, conversation);
  };
  return {
    format,
    stopTokens: ids ? [...ids.values()] : [],
    stopNames: names.filter((name) => !optional.has(name)),
    pack(prompt, budgetTokens) {
      const whole = packed(broken(prompt), budgetTokens);
      if (!whole) return undefined;
      const { prompt: text } = whole.inspection;
      const wireOf = (sent: string): WirePrompt => ({
        shape: "text",
        text: withSpaces(withoutBegin(sent)),
        ...(ids && { parts: partsOf(sent, ids, optional) }),
      });
      const owed = holdsTo && prompt.instruction === undefined ? cutWord(whole.line) : "";
      return {
        wire: wireOf(text),
        inspection: shown(whole.inspection),
        chars: text.length,
        ...(owed !== "" && {
          healed: { wire: wireOf(text.slice(0, -owed.length)), owed, owedTokens: Math.ceil(owed.length / 2) },
        }),
      };
    },
    saw: (chars, tokens) => estimate.saw(chars, tokens),
  };
}

/** Special tokens by id and texts between them. As in every prompt, a marker that the model lacks becomes a line break, or is left out. */
function partsOf(
  text: string,
  ids: ReadonlyMap<string, number>,
  optional: ReadonlySet<string>,
): (string | number)[] | undefined {
  const parts = cutAtNames(text).flatMap(({ name, text = "" }): (string | number)[] => {
    if (name === undefined) return [text];
    return [ids.get(name) ?? (optional.has(name) ? [] : "\n")].flat();
  });
  // A list of texts alone would be read as several prompts.
  return parts.some((part) => typeof part === "number") ? parts : undefined;
}

/** @param breaksNames whether the server may read names of special tokens in the texts as those */
export function fimPacker(breaksNames: boolean): Packer {
  const estimate = new TokenEstimate(new Map());
  return {
    format: undefined,
    stopTokens: [],
    stopNames: [],
    pack(prompt, budgetTokens) {
      if (prompt.instruction !== undefined) return undefined;
      const place = breaksNames ? broken(prompt) : prompt;
      const { inspection } = packPrompt(place, estimate.tokenizer, budgetTokens, COMMENTED);
      const pieces = inspection.pieces.filter(({ kind }) => kind !== "prefix" && kind !== "suffix");
      const textOf = (kind: string) => withSpaces(inspection.pieces.find((piece) => piece.kind === kind)?.text ?? "");
      const [prefix, suffix] = [textOf("prefix"), textOf("suffix")];
      const context = pieces.map(({ path, text }) => commentedPiece(path, withSpaces(text), prompt.path)).join("");
      const { path, languageId } = prompt;
      return {
        wire: {
          shape: "fim",
          context,
          prefix,
          suffix,
          pieces: pieces.map((piece) => ({ path: piece.path, text: withSpaces(piece.text) })),
          path,
          languageId,
        },
        inspection: shown(inspection),
        chars: context.length + prefix.length + suffix.length,
      };
    },
    saw: (chars, tokens) => estimate.saw(chars, tokens),
  };
}

/** The parts of a prompt that a server lays out, for the budget and for the inspector; no server sees this order. */
const COMMENTED: PromptFormat = {
  name: "prefix",
  usesSuffix: true,
  markers: [],
  start: () => [],
  piece: (path, text) => [{ text: commentedPiece(path, text, path) }],
  file: ({ before, line, suffix }) => [{ text: suffix }, { text: before }, { text: line }],
};

/** A piece as comments in the language of the file at `fileOf`, after its path. */
function commentedPiece(path: string, text: string, fileOf: string): string {
  const language = languageOfPath(fileOf);
  const syntax = language === undefined ? undefined : lineSyntax(language);
  const sign = syntax?.lineComment || "//";
  return [path, ...text.trimEnd().split("\n")]
    .map((line) => `${sign} ${line}`.trimEnd())
    .join("\n")
    .concat("\n");
}

function broken(prompt: PromptInput): PromptInput {
  return {
    ...prompt,
    path: breakNames(prompt.path),
    prefix: breakNames(prompt.prefix),
    suffix: breakNames(prompt.suffix),
    ...(prompt.instruction !== undefined && { instruction: breakNames(prompt.instruction) }),
    ...(prompt.turns && { turns: prompt.turns.map((turn) => ({ ...turn, text: breakNames(turn.text) })) }),
    pieces: prompt.pieces.map((piece) => ({ ...piece, path: breakNames(piece.path), text: breakNames(piece.text) })),
  };
}

function shown(inspection: InspectResult): InspectResult {
  const pieces = inspection.pieces.map((piece) => ({
    ...piece,
    path: withSpaces(piece.path),
    text: withSpaces(piece.text),
  }));
  return { ...inspection, pieces, prompt: withSpaces(inspection.prompt) };
}
