// The fill-in-the-middle formats of other model families, one value each, from their model cards and papers. As in our own format, the middle
// begins with the current line and not at the cursor; the line's line break stays before the marker, as llama.vscode sends it.

import { languageOfPath, lineSyntax } from "../../../../common/syntax/languages.ts";
import type { FileParts, Marker, PromptFormat, Segment } from "../types.ts";

/** Names of a family's special tokens. */
interface Markers {
  prefix: string;
  suffix: string;
  middle: string;
}

/** The repository name in every prompt: a model is never told the real one. */
const REPOSITORY = "project";

const text = (value: string): Segment => ({ text: value });
const marker = (name: string): Marker => ({ marker: name });
const optional = (name: string): Marker => ({ marker: name, optional: true });

/** The format of a family in which a marker separates files; pieces come before the file's own markers. */
export function withSeparator(
  name: PromptFormat["name"],
  names: Markers,
  layout: {
    order: "PSM" | "SPM"; // prefix, suffix, middle; or suffix first
    start?: Segment[];
    separator: Marker; // before each path
    pathInPrefix?: true;
    plainAlone?: true; // a file without context gets neither start nor path
  },
): PromptFormat {
  const { order, start = [], separator, pathInPrefix, plainAlone } = layout;
  const headOf = (path: string): Segment[] => [separator, text(`${path}\n`)];
  return {
    name,
    usesSuffix: true,
    markers: Object.values(names),
    start: ({ alone }) => (alone && plainAlone ? [] : start),
    piece: (path, code) => [...headOf(path), text(ended(code))],
    file: (parts) => {
      const { before, line } = atLine(parts);
      const inPrefix = pathInPrefix ? [text(`${parts.path}\n`), text(before)] : [text(before)];
      const prefix = [marker(names.prefix), ...inPrefix];
      const suffix = [marker(names.suffix), text(parts.suffix)];
      const head = pathInPrefix ? [separator] : headOf(parts.path);
      return [
        ...(parts.alone && plainAlone ? [] : head),
        ...(order === "PSM" ? [...prefix, ...suffix] : [...suffix, ...prefix]),
        marker(names.middle),
        text(line),
      ];
    },
  };
}

/** The format of a family without a separator: pieces are part of the prefix, each after its path in a comment. */
function withoutSeparator(
  name: PromptFormat["name"],
  names: Markers,
  layout: { order: "PSM" | "SPM"; start: Segment[]; prefixStart?: Segment[]; commentedOut?: true },
): PromptFormat {
  const { order, start, prefixStart = [], commentedOut } = layout;
  const suffixOf = (parts: FileParts) => [marker(names.suffix), text(parts.suffix)];
  return {
    name,
    usesSuffix: true,
    markers: Object.values(names),
    start: (parts) => [...start, ...(order === "SPM" ? suffixOf(parts) : []), marker(names.prefix), ...prefixStart],
    piece: (path, code) => [
      text(`${commented(path, path)}\n`),
      text(commentedOut ? ended(commented(code, path)) : ended(code)),
    ],
    file: (parts) => {
      const { before, line } = atLine(parts);
      return [
        text(`${commented(parts.path, parts.path)}\n`),
        text(before),
        ...(order === "PSM" ? suffixOf(parts) : []),
        marker(names.middle),
        text(line),
      ];
    },
  };
}

/** The parts, with the line break before the current line moved to `before`. */
function atLine({ before, line }: FileParts): { before: string; line: string } {
  const start = line.lastIndexOf("\n") + 1;
  return { before: before + line.slice(0, start), line: line.slice(start) };
}

/** `code` with a line break at its end. */
const ended = (code: string): string => (code.endsWith("\n") ? code : `${code}\n`);

/** The lines of `code` as comments, in the language that the path indicates. */
function commented(code: string, path: string): string {
  const language = languageOfPath(path);
  const sign = (language !== undefined && lineSyntax(language)?.lineComment) || "//";
  return code.replace(/^(?=.)/gm, `${sign} `);
}

export const FIM_PIPED = { prefix: "<|fim_prefix|>", suffix: "<|fim_suffix|>", middle: "<|fim_middle|>" };
const FIM_PLAIN = { prefix: "<fim_prefix>", suffix: "<fim_suffix>", middle: "<fim_middle>" };

/**
 * Qwen2.5-Coder's model card: "repository level" with context, "file level" without. Adding repository and path, above all the first, costs its
 * 0.5B Instruct model a quarter of the lines that it gets right.
 */
export const qwen = withSeparator("qwen", FIM_PIPED, {
  order: "PSM",
  start: [optional("<|repo_name|>"), text(`${REPOSITORY}\n`)],
  separator: marker("<|file_sep|>"),
  plainAlone: true,
});

/** Lozhkov et al. 2024, StarCoder2, 5.1: the file's own path is part of its prefix. */
export const starcoder2 = withSeparator("starcoder2", FIM_PLAIN, {
  order: "PSM",
  start: [optional("<repo_name>"), text(REPOSITORY)],
  separator: marker("<file_sep>"),
  pathInPrefix: true,
});

/** Mishra et al. 2024, Granite Code Models: StarCoder's vocabulary and metadata. */
export const granite = withSeparator("granite", FIM_PLAIN, {
  order: "PSM",
  start: [optional("<reponame>"), text(REPOSITORY)],
  separator: marker("<filename>"),
});

/** Granite's format with Granite 4's token names. */
export const granite4 = withSeparator("granite4", FIM_PIPED, {
  order: "PSM",
  start: [optional("<|reponame|>"), text(REPOSITORY)],
  separator: marker("<|filename|>"),
});

/** Mellum-4b's model card: files first, then suffix, prefix, middle. */
export const mellum = withSeparator("mellum", FIM_PLAIN, { order: "SPM", separator: marker("<filename>") });

/** Guo et al. 2024, DeepSeek-Coder: files of a repository follow each other, each after its path in a comment. */
export const deepseek = withoutSeparator(
  "deepseek",
  { prefix: "<｜fim▁begin｜>", suffix: "<｜fim▁hole｜>", middle: "<｜fim▁end｜>" },
  { order: "PSM", start: [optional("<｜begin▁of▁sentence｜>")] },
);

/** ByteDance Seed 2025, Seed-Coder, 3.3: suffix, prefix, middle; trained on single files. */
export const seedCoder = withoutSeparator(
  "seed-coder",
  { prefix: "<[fim-prefix]>", suffix: "<[fim-suffix]>", middle: "<[fim-middle]>" },
  { order: "SPM", start: [optional("<[begin▁of▁sentence]>")] },
);

/**
 * Rozière et al. 2023, Code Llama, 2.3: trained on single files, so pieces are comments; the prefix begins with a space, the suffix does not.
 */
export const codellama = withoutSeparator(
  "codellama",
  { prefix: "▁<PRE>", suffix: "▁<SUF>", middle: "▁<MID>" },
  { order: "PSM", start: [optional("<s>")], prefixStart: [text(" ")], commentedOut: true },
);

/** CodeGemma's documentation: a separator after each file but the last; no spaces around markers. */
export const codegemma: PromptFormat = {
  name: "codegemma",
  usesSuffix: true,
  markers: Object.values(FIM_PIPED),
  start: () => [optional("<bos>")],
  piece: (path, code) => [text(`${path}\n`), text(code), marker("<|file_separator|>")],
  file: (parts) => {
    const { before, line } = atLine(parts);
    return [
      text(`${parts.path}\n`),
      marker(FIM_PIPED.prefix),
      text(before),
      marker(FIM_PIPED.suffix),
      text(parts.suffix),
      marker(FIM_PIPED.middle),
      text(line),
    ];
  },
};
