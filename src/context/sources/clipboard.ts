// The editor's clipboard as a source, where the person has switched it on: read in the background, at most every two seconds.
// Never logged and never truncated: a text that is long or holds a secret is not used at all.

import { redactSecrets } from "../../../common/rules/redactSecrets.ts";
import type { Clipboard } from "./sources.ts";

const MAX_CLIPBOARD_UNITS = 2_000;

const REFRESH_MS = 2_000;

export interface ClipboardOptions {
  enabled: () => boolean;
  /** The editor's clipboard as text; undefined where it holds none, or one that is too long. May reject. */
  read: () => Promise<string | undefined>;
  nowMs?: () => number;
}

export class EditorClipboard implements Clipboard {
  readonly #options: ClipboardOptions;
  #text: string | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking = false;

  constructor(options: ClipboardOptions) {
    this.#options = options;
  }

  text(): string | undefined {
    if (!this.#options.enabled()) {
      this.#text = undefined;
      this.#askedAtMs = Number.NEGATIVE_INFINITY;
      return undefined;
    }
    void this.refresh();
    return this.#text;
  }

  /** Asks the editor, unless it was asked a moment ago; resolves with the answer's arrival. Never rejects. */
  async refresh(): Promise<void> {
    const { enabled, read, nowMs = Date.now } = this.#options;
    if (this.#asking || nowMs() - this.#askedAtMs < REFRESH_MS) return;
    this.#asking = true;
    this.#askedAtMs = nowMs();
    const text = await read().catch(() => undefined);
    this.#asking = false;
    this.#text = text !== undefined && enabled() && isUsable(text) ? text : undefined;
  }
}

function isUsable(text: string): boolean {
  if (text.trim() === "" || text.length > MAX_CLIPBOARD_UNITS || text.includes("\0")) return false;
  return Object.keys(redactSecrets(text).found).length === 0;
}
