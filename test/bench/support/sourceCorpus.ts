// Lays out a corpus of real sources for the bench of the index: those of the installed packages, under folder names that no rule skips.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { languageOfPath } from "../../../common/syntax/languages.ts";

const MAX_BYTES = 1_000_000;

export interface Corpus {
  files: number;
  lines: number;
  copies: number; // how often each package lies side by side, at most
}

/** Fills `target` until it has `lines` lines; the packages are copied again where they do not have as many. */
export function layOutSources(modules: string, target: string, lines: number): Corpus {
  const sources = [...sourceFiles(modules)];
  const corpus: Corpus = { files: 0, lines: 0, copies: 0 };
  while (corpus.lines < lines) {
    corpus.copies++;
    for (const source of sources) {
      const folders = path.dirname(path.relative(modules, source)).split(path.sep);
      const neutral = folders.map((name) =>
        /^(node_modules|dist|build|out|coverage|target|\..*)$/.test(name) ? `in-${name.replace(".", "")}` : name,
      );
      const folder = path.join(target, `copy${corpus.copies}`, ...neutral);
      mkdirSync(folder, { recursive: true });
      copyFileSync(source, path.join(folder, path.basename(source)));
      corpus.files++;
      corpus.lines += readFileSync(source, "latin1").split("\n").length;
      if (corpus.lines >= lines) break;
    }
  }
  return corpus;
}

function* sourceFiles(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(full);
    else if (entry.isFile() && languageOfPath(entry.name) && readFileSync(full).length <= MAX_BYTES) yield full;
  }
}
