// For the tests of the index on disk: folders with files, an indexer on them, and what it says and finds.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { Indexer, type IndexerOptions } from "../../../src/index/indexer.ts";
import { LiveReader } from "../../../src/index/liveReader.ts";
import { databaseFile } from "../../../src/index/location.ts";
import { noParsers, weighted } from "../../support/index/fixtures.ts";

export interface TestFolder {
  root: string;
  cacheDir: string;
  file: string; // of the index
  write(files: Record<string, string>): void;
  remove(relative: string): void;
}

export function testFolder(t: TestContext, files: Record<string, string> = {}): TestFolder {
  const dir = mkdtempSync(path.join(tmpdir(), "sotto-index-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const root = path.join(dir, "root");
  const cacheDir = path.join(dir, "cache");
  mkdirSync(root);
  const folder: TestFolder = {
    root,
    cacheDir,
    file: databaseFile(root, cacheDir),
    write(more) {
      for (const [name, text] of Object.entries(more)) {
        mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        writeFileSync(path.join(root, name), text);
      }
    },
    remove: (relative) => rmSync(path.join(root, relative), { recursive: true }),
  };
  folder.write(files);
  return folder;
}

/** An indexer that has come to rest after its first pass. */
export async function indexerOn(t: TestContext, folder: TestFolder, options: Partial<IndexerOptions> = {}) {
  const said: string[] = [];
  const { root, file } = folder;
  const log = (line: string) => said.push(line);
  const indexer = Indexer.open({ root, file, exclude: [], parsers: noParsers, log, ...options })!;
  const reader = new LiveReader(file, (error) => said.push(String(error)));
  const close = async () => {
    reader.close();
    await indexer.close();
  };
  t.after(close);
  if (!options.retryMs) await indexer.idle();
  const finds = (term: string, limit = 20) =>
    reader
      .search(weighted(term), limit)
      .map(({ path }) => path)
      .sort();
  return { indexer, reader, said, finds, close };
}
