// The tokens of a repository's files, to be asked what followed somewhere in it. Files come and go one by one; a snapshot keeps what a generation
// began with. Knows no disk: texts are brought to it.

import { folderOf } from "../../../common/util/folders.ts";
import { TokenChains } from "./tokenChains.ts";

/** The most tokens of one memory, those of removed files included: 8 bytes each. */
export const MOST_MEMORY_TOKENS = 4_000_000;

/** How many of the last places after frequent tokens are looked at; more change nothing. */
const MOST_PLACES = 1_024;

const BUCKET_BITS = 18;

/** Dead tokens below this number are not worth a compaction. */
const FEW_DEAD_TOKENS = 50_000;

interface StoredFile {
  path: string;
  directory: string;
  start: number; // its first place
  tokens: number;
  diedAt: number; // the version from which on it is not there; Infinity while it is
}

/** Files in the order of their places. A compaction makes a new one. */
interface Volume {
  chains: TokenChains;
  files: StoredFile[];
}

/** @param place of the token, for `at` */
export type OnContinuation = (token: number, isSameDirectory: boolean, length: number, place: number) => void;

export class RepositoryMemory {
  #volume: Volume = emptyVolume();
  #live = new Map<string, StoredFile>();
  #version = 0;
  #deadTokens = 0;

  /** Puts a file in place of its old text. @returns false where there is no room left: then the file is not there any more */
  set(path: string, tokens: readonly number[]): boolean {
    this.remove(path);
    const { chains, files } = this.#volume;
    if (chains.length + tokens.length + 1 > MOST_MEMORY_TOKENS) return false;
    const file = append(this.#volume, path, tokens);
    files.push(file);
    this.#live.set(path, file);
    return true;
  }

  remove(path: string): void {
    const file = this.#live.get(path);
    if (!file) return;
    file.diedAt = ++this.#version;
    this.#live.delete(path);
    this.#deadTokens += file.tokens + 1;
  }

  get tokens(): number {
    return this.#volume.chains.length - 1 - this.#deadTokens; // the ends of files included
  }

  get bytes(): number {
    return this.#volume.chains.bytes;
  }

  get needsCompaction(): boolean {
    return this.#deadTokens > Math.max(FEW_DEAD_TOKENS, this.tokens);
  }

  /** Makes room of dead tokens, file by file: the caller may pause at each yield, but must not change files meanwhile. */
  *compact(): Generator<void> {
    const old = this.#volume.chains;
    const next = emptyVolume();
    const live = new Map<string, StoredFile>();
    for (const { path, start, tokens } of this.#live.values()) {
      const copied = Array.from({ length: tokens }, (_, i) => old.at(start + i)!);
      const file = append(next, path, copied);
      next.files.push(file);
      live.set(path, file);
      yield;
    }
    this.#volume = next;
    this.#live = live;
    this.#deadTokens = 0;
  }

  /** The memory as it is now, for a generation in the file `path`, whose own text is left out: the open one counts. */
  snapshot(path: string): MemorySnapshot {
    return new MemorySnapshot(this.#volume, this.#version, path);
  }
}

export class MemorySnapshot {
  readonly #chains: TokenChains;
  readonly #files: readonly StoredFile[];
  readonly #length: number; // places from here on are younger
  readonly #version: number;
  readonly #path: string;
  readonly #directory: string;

  constructor({ chains, files }: Volume, version: number, path: string) {
    this.#chains = chains;
    this.#files = files;
    this.#length = chains.length;
    this.#version = version;
    this.#path = path;
    this.#directory = folderOf(path);
  }

  /** The tokens that followed text like the end of `context`, the last stored first. */
  find(context: readonly number[], onContinuation: OnContinuation): void {
    let places = 0;
    this.#chains.find(context, (place, length) => {
      if (place >= this.#length) return true;
      const file = this.#fileAt(place);
      if (file.diedAt <= this.#version || file.path === this.#path) return true;
      onContinuation(this.#chains.at(place)!, file.directory === this.#directory, length, place);
      return ++places < MOST_PLACES;
    });
  }

  /** The token at a place; undefined at the end of its file. */
  at(place: number): number | undefined {
    return this.#chains.at(place);
  }

  #fileAt(place: number): StoredFile {
    let [low, high] = [0, this.#files.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#files[middle].start <= place) low = middle;
      else high = middle - 1;
    }
    return this.#files[low];
  }
}

const emptyVolume = (): Volume => ({ chains: new TokenChains(BUCKET_BITS), files: [] });

function append({ chains }: Volume, path: string, tokens: readonly number[]): StoredFile {
  const start = chains.length;
  for (const token of tokens) chains.push(token);
  chains.endText();
  return { path, directory: folderOf(path), start, tokens: tokens.length, diedAt: Number.POSITIVE_INFINITY };
}
