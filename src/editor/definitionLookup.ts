// Asks the editor's definition providers where names are defined, one position after the other, within a time limit.
// Pure; the providers come in as a function. Must not wait for a slow provider, nor ask it again while it is still working.

import type { DefinitionsAnswer } from "../protocol/messages.ts";

export interface FoundPlace {
  uri: string;
  startLine: number; // 0-based
  endLine: number; // exclusive
}

type Position = { line: number; character: number };

/** What the providers say; only places that may be read. A call cannot be cancelled. */
export type LookUp = (kind: "definition" | "typeDefinition", position: Position) => Promise<FoundPlace[]>;

export class DefinitionLookup {
  #unfinished = 0; // calls that were given up, and that a provider still works on

  /** @param uri of the document: where a name is defined in it alone, its type is asked for too */
  async answer(
    uri: string,
    positions: readonly Position[],
    lookUp: LookUp,
    budgetMs: number,
  ): Promise<DefinitionsAnswer> {
    const late = new Late(budgetMs);
    const answers: DefinitionsAnswer = [];
    for (const position of positions) answers.push(await this.#answerOne(uri, position, lookUp, late));
    late.dispose();
    return answers;
  }

  async #answerOne(uri: string, position: Position, lookUp: LookUp, late: Late): Promise<DefinitionsAnswer[number]> {
    try {
      const places = await this.#inTime(() => lookUp("definition", position), late);
      if (places === undefined) return { reason: "editor too slow" };
      if (places.some((place) => place.uri !== uri)) return { places };
      const types = await this.#inTime(() => lookUp("typeDefinition", position), late);
      return { places: [...places, ...(types ?? [])] };
    } catch {
      return { reason: "provider failed" };
    }
  }

  /** Undefined when it is late, or when an earlier call has not ended yet. */
  async #inTime<T>(call: () => Promise<T>, late: Late): Promise<T | undefined> {
    if (late.fired || this.#unfinished > 0) return undefined;
    this.#unfinished++;
    const ended = call().finally(() => this.#unfinished--);
    ended.catch(() => {}); // where it fails after it was given up
    return Promise.race([ended, late.promise]);
  }
}

/** One timer for all positions of a request. */
class Late {
  fired = false;
  readonly promise: Promise<undefined>;
  readonly #timer: NodeJS.Timeout;

  constructor(budgetMs: number) {
    let fire = (_: undefined) => {};
    this.promise = new Promise((resolve) => (fire = resolve));
    this.#timer = setTimeout(() => {
      this.fired = true;
      fire(undefined);
    }, budgetMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
