// The keys that servers ask for, by origin, in the editor's secret storage: never in a setting, a log or a file of ours.

import type * as vscode from "vscode";

const nameOf = (origin: string): string => `sotto.engineKey:${origin}`;

export class EngineKeys {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  of(origin: string): Thenable<string | undefined> {
    return this.#secrets.get(nameOf(origin));
  }

  /** @param key "" deletes it */
  async set(origin: string, key: string): Promise<void> {
    await (key === "" ? this.#secrets.delete(nameOf(origin)) : this.#secrets.store(nameOf(origin), key));
  }
}
