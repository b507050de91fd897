// Lays out a corpus of real sources for the bench of the index: the packages of the training list side by side, under folder names that
// no rule skips. Reads the unpacked packages; measures nothing.

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import { listedPackages } from "../../training/corpus.ts";
import { fetchPackages, filesBelow, unpackPackage } from "../../training/npmPackages.ts";

const MAX_FILE_BYTES = 1_000_000;

/** The most lines of one package, so that none dominates. */
const MAX_PACKAGE_LINES = 60_000;

const SKIPPED_NAME = /^(node_modules|bower_components|vendor|dist|build|out|coverage|target|\..*)$/;

export interface Corpus {
  packages: number;
  files: number;
  lines: number;
}

/** How much is laid out, whichever is reached first. */
export interface CorpusLimits {
  lines?: number;
  files?: number;
}

/** Fills `target` with whole files. @param cacheDir where fetched packages lie */
export async function layOutSources(
  cacheDir: string,
  target: string,
  { lines = Number.POSITIVE_INFINITY, files = Number.POSITIVE_INFINITY }: CorpusLimits,
): Promise<Corpus> {
  const packages = listedPackages();
  const corpus: Corpus = { packages: 0, files: 0, lines: 0 };
  for (const entry of packages) {
    if (corpus.lines >= lines || corpus.files >= files) break;
    await fetchPackages([entry], cacheDir);
    corpus.packages++;
    layOutPackage(
      unpackPackage(entry, cacheDir),
      path.join(target, entry.name.replace("/", "-")),
      { lines, files },
      corpus,
    );
  }
  return corpus;
}

function layOutPackage(source: string, target: string, limits: Required<CorpusLimits>, corpus: Corpus): void {
  const { lines, files } = limits;
  const end = Math.min(lines, corpus.lines + MAX_PACKAGE_LINES);
  for (const file of filesBelow(source)) {
    if (corpus.lines >= end || corpus.files >= files) return;
    if (!languageOfPath(file)) continue;
    const content = readFileSync(path.join(source, file));
    if (content.length > MAX_FILE_BYTES) continue;
    const copy = path.join(target, ...file.split("/").map((name) => name.replace(SKIPPED_NAME, "in-$1")));
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(path.join(source, file), copy);
    corpus.files++;
    corpus.lines += content.toString("latin1").split("\n").length;
  }
}
