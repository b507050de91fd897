// The answers of the editor's definition providers about names, cached for half a minute. Asks in the background, one request at a time.
// Nothing waits for an answer: a keystroke uses the answers that are there.

import { inDependency } from "../../modules/lookup.ts";
import type { DefinitionPlace, EditorDefinitions, SymbolPosition } from "./sources.ts";

/** How long an answer is used, in milliseconds: there is no notification when the target's file changes. */
const MAX_AGE_MS = 30_000;

const MAX_KNOWN = 500;

/** The most positions of one request; further ones wait for the next request. */
const MAX_POSITIONS = 12;

/** How long an editor that was too slow is not asked again, in milliseconds. */
const PAUSE_MS = 10_000;

/** The editor's answer for one position: the places found, or why there are none. */
export type PositionAnswer =
  | { places: readonly UriPlace[] }
  | { reason: "editor too slow" | "document changed" | "provider failed" | "editor cannot be asked" };

export interface UriPlace {
  uri: string;
  startLine: number; // 0-based
  endLine: number; // exclusive
}

/** Asks the editor. Rejects, or answers with fewer positions, where it cannot. */
export type AskDefinitions = (params: {
  uri: string;
  version: number;
  positions: { line: number; character: number }[];
}) => Promise<PositionAnswer[]>;

interface Known {
  answer: PositionAnswer;
  atMs: number;
}

export class DefinitionAnswers {
  readonly #ask: AskDefinitions;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, Known>(); // by URI and name, oldest first
  #asking = false;
  #pausedUntilMs = 0;

  constructor(ask: AskDefinitions, nowMs: () => number = Date.now) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  known(uri: string, name: string): PositionAnswer | undefined {
    const known = this.#known.get(keyOf(uri, name));
    return known && this.#nowMs() - known.atMs <= MAX_AGE_MS ? known.answer : undefined;
  }

  /** @returns a promise that resolves with the answer's arrival, for tests; never rejects */
  async ask(uri: string, version: number, symbols: readonly SymbolPosition[]): Promise<void> {
    if (this.#asking || this.#nowMs() < this.#pausedUntilMs) return;
    const byName = new Map(symbols.map((symbol) => [symbol.name, symbol]));
    const wanted = [...byName.values()].filter(({ name }) => !this.known(uri, name)).slice(0, MAX_POSITIONS);
    if (wanted.length === 0) return;
    const positions = wanted.map(({ line, character }) => ({ line, character }));
    this.#asking = true;
    const answers = await this.#ask({ uri, version, positions }).catch(() => []); // the window is closing
    this.#asking = false;
    const atMs = this.#nowMs();
    for (const [i, { name }] of wanted.entries()) {
      const answer = answers[i];
      if (!answer) continue;
      if ("reason" in answer && answer.reason === "editor too slow") this.#pausedUntilMs = atMs + PAUSE_MS;
      const key = keyOf(uri, name);
      this.#known.delete(key);
      this.#known.set(key, { answer, atMs });
    }
    while (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value!);
  }

  /** Forgets a closed document's answers: its names may mean something else when it is opened again. */
  closed(uri: string): void {
    for (const key of this.#known.keys()) if (key.startsWith(keyOf(uri, ""))) this.#known.delete(key);
  }
}

/**
 * The answers as a folder's source.
 * @param pathOf the path relative to the folder; undefined where a place lies outside
 */
export function definitionsIn(
  answers: DefinitionAnswers,
  pathOf: (uri: string) => string | undefined,
): EditorDefinitions {
  return {
    known(uri, name) {
      const answer = answers.known(uri, name);
      if (!answer || "reason" in answer) return answer;
      const places = answer.places.flatMap((place): DefinitionPlace[] => {
        const path = pathOf(place.uri);
        if (path === undefined || (inDependency(path) && !isDeclarationFile(path))) return [];
        return [{ path, startLine: place.startLine, endLine: place.endLine }];
      });
      return { places };
    },
    ask: (uri, version, symbols) => void answers.ask(uri, version, symbols),
  };
}

const isDeclarationFile = (path: string) => /\.d\.([cm]?ts|[^./]+\.ts)$/.test(path);

const keyOf = (uri: string, name: string) => `${uri}\0${name}`;
