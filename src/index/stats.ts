// Statistics of an index. Reads only.

import type { DatabaseSync } from "node:sqlite";

export interface IndexStats {
  files: number; // that can be found by a search
  chunks: number;
  lines: number;
  sourceBytes: number; // size of their texts
  withoutTree: number; // files of a language with a grammar that were cut at blank lines: a line is too long, or parsing too slow
  /** Number of files that a rule refuses by their text, by reason. */
  skipped: Record<string, number>;
  sizeBytes: number; // of the database
}

export function indexStats(database: DatabaseSync): IndexStats {
  const searched = database
    .prepare(
      `SELECT count(*) AS files, coalesce(sum(chunkCount), 0) AS chunks, coalesce(sum(lines), 0) AS lines,
         coalesce(sum(sizeBytes), 0) AS sourceBytes, count(*) FILTER (WHERE NOT hasTree) AS withoutTree
       FROM files WHERE skipped = ''`,
    )
    .get() as unknown as Omit<IndexStats, "skipped" | "sizeBytes">;
  const reasons = database
    .prepare("SELECT skipped, count(*) AS files FROM files WHERE skipped <> '' GROUP BY skipped ORDER BY skipped")
    .all() as { skipped: string; files: number }[];
  return {
    ...searched,
    skipped: Object.fromEntries(reasons.map(({ skipped, files }) => [skipped, files])),
    sizeBytes: sizeBytesOf(database),
  };
}

/** Number of live chunks and of stored ones: a removed file's chunks stay stored until their segment is merged. */
export function chunkCounts(database: DatabaseSync): { live: number; stored: number } {
  return database
    .prepare("SELECT coalesce(sum(live), 0) AS live, coalesce(sum(chunks), 0) AS stored FROM segments")
    .get() as { live: number; stored: number };
}

/** Size of the database without its free pages, in bytes. */
export function usedBytesOf(database: DatabaseSync): number {
  const free = database.prepare("PRAGMA freelist_count").get() as { freelist_count: number };
  const { page_size } = database.prepare("PRAGMA page_size").get() as { page_size: number };
  return sizeBytesOf(database) - free.freelist_count * page_size;
}

export function sizeBytesOf(database: DatabaseSync): number {
  const pages = database.prepare("PRAGMA page_count").get() as { page_count: number };
  const size = database.prepare("PRAGMA page_size").get() as { page_size: number };
  return pages.page_count * size.page_size;
}
