// The tables of the index and the opening of its file. Owns the version; the writer rebuilds a file of another version.

import { mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy, resultCode } from "../../common/util/sqliteErrors.ts";
import { DamagedBytes } from "./bytes.ts";

/** Must be raised whenever the tables, the chunks or the terms change. */
export const SCHEMA_VERSION = 2;

const TABLES = `
  CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,       -- relative to the root, with forward slashes
    name TEXT NOT NULL,              -- the path's last part
    stamp TEXT NOT NULL,             -- of the file's state; "" where it is to be read again
    hash BLOB NOT NULL,              -- of its text
    sizeBytes INTEGER NOT NULL,      -- of its text in UTF-8
    mtimeMs REAL NOT NULL,
    language TEXT NOT NULL,
    lines INTEGER NOT NULL,
    skipped TEXT NOT NULL,           -- why nothing of it is searched; "" where it is
    hasTree INTEGER NOT NULL,
    segment INTEGER NOT NULL,        -- where its chunks are; 0 where it has none
    firstChunk INTEGER NOT NULL,
    chunkCount INTEGER NOT NULL,
    chunkList BLOB NOT NULL,         -- see outline.ts
    symbolList BLOB NOT NULL
  );
  CREATE INDEX filesByName ON files (name);
  CREATE INDEX filesBySegment ON files (segment, firstChunk);
  CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, so what was read of a segment may be kept
    chunks INTEGER NOT NULL,
    live INTEGER NOT NULL,                 -- chunks of files that are still there
    terms INTEGER NOT NULL,                -- sum of their lengths
    lengths BLOB NOT NULL                  -- terms of each chunk, 16 bits; 0 where its file has left
  );
  CREATE TABLE postings (
    segment INTEGER NOT NULL,
    term TEXT NOT NULL,
    count INTEGER NOT NULL,
    list BLOB NOT NULL,              -- see postings.ts
    PRIMARY KEY (segment, term)
  ) WITHOUT ROWID;
  CREATE TABLE state (ready INTEGER NOT NULL);  -- whether a whole pass has come to its end
  INSERT INTO state VALUES (0);
`;

export const IN_MEMORY = ":memory:";

/** A file that is not a usable index, with the reason; the writer rebuilds it. */
export class UnusableDatabase extends Error {
  override readonly name = "UnusableDatabase";
}

/**
 * Opens the index for writing; creates it where there is none.
 * @throws UnusableDatabase when the file is corrupt or of another version
 */
export function openForWriting(file: string): DatabaseSync {
  if (file !== IN_MEMORY) mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new UnusableDatabase("a folder is in its place");
  const database = new DatabaseSync(file);
  try {
    database.exec(
      "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;",
    );
    database.exec(
      "PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 16000000;",
    );
    const version = versionOf(database);
    if (version === 0 && !hasTables(database)) {
      database.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
    } else if (version !== SCHEMA_VERSION) throw new UnusableDatabase(`it is of version ${version}`);
    const { quick_check } = database.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (quick_check !== "ok") throw new UnusableDatabase("it is corrupt");
    return database;
  } catch (error) {
    database.close();
    throw asUnusable(error);
  }
}

/** @throws UnusableDatabase when the file is corrupt or of another version; Error where there is none */
export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec("PRAGMA busy_timeout = 5; PRAGMA cache_size = -8000;");
    const version = versionOf(database);
    if (version !== SCHEMA_VERSION) throw new UnusableDatabase(`it is of version ${version}`);
    return database;
  } catch (error) {
    database.close();
    throw asUnusable(error);
  }
}

/** Identity of the index's file, which changes when the file is rebuilt; undefined where there is no file. */
export function identityOf(file: string): string | undefined {
  try {
    const { ino, birthtimeMs } = statSync(file);
    return `${ino} ${birthtimeMs}`;
  } catch {
    return undefined;
  }
}

export function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(file + end, { recursive: true, force: true });
}

const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

const isDiskFull = (error: unknown): boolean =>
  resultCode(error) === SQLITE_FULL || (error as NodeJS.ErrnoException).code === "ENOSPC";

/** Why the index could not be read or written, as the end of a sentence. */
export function problemOf(error: unknown): string {
  if (isBusy(error)) return "another program has locked it";
  if (isDiskFull(error)) return "the disk is full";
  return error instanceof Error ? error.message : String(error);
}

/** Turns an error about a damaged database, or about the lists in it, into `UnusableDatabase`; returns other errors unchanged. */
export function asUnusable(error: unknown): unknown {
  if (error instanceof DamagedBytes) return new UnusableDatabase("it is corrupt");
  const code = resultCode(error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return new UnusableDatabase("it is corrupt");
  return error;
}

function versionOf(database: DatabaseSync): number {
  return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

const hasTables = (database: DatabaseSync) =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'files'").get() !== undefined;
