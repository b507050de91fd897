// To which other machines a person has agreed to send code, by origin. Kept in the editor's own memory, where no workspace can write.

import type * as vscode from "vscode";

const CONSENTS_KEY = "sotto.engineConsents";

export class EngineConsents {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  get origins(): readonly string[] {
    return this.#memory.get<readonly string[]>(CONSENTS_KEY, []);
  }

  async give(origin: string): Promise<void> {
    await this.#memory.update(CONSENTS_KEY, [...new Set([...this.origins, origin])]);
  }

  async takeBack(origin: string): Promise<void> {
    await this.#memory.update(
      CONSENTS_KEY,
      this.origins.filter((one) => one !== origin),
    );
  }
}
