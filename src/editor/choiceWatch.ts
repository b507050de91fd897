// Notices that a person has chosen an item of the editor's list (a whole word came at once) and that the editor asked for no suggestion after it, as
// it does after a click: then one is to be asked for. Must not import `vscode`; `afterChoice.ts` tells it what happens.

/** The editor asks within 50 ms by itself; the rest is for busy event loops. */
const ASKS_WITHIN_MS = 300;

/** A change of the active document. */
export interface Change {
  text: string; // what came
  replaced: number; // UTF-16 units that went
}

export class ChoiceWatch {
  readonly #ask: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param ask asks for a suggestion at the cursor, as the editor does while somebody types */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** The document has changed: what came before it is over. */
  changed(changes: readonly Change[]): void {
    clearTimeout(this.#timer);
    if (changes.some(isChosen)) this.#timer = setTimeout(this.#ask, ASKS_WITHIN_MS);
  }

  /** The editor has asked for a suggestion, or the cursor has left. */
  over(): void {
    clearTimeout(this.#timer);
  }
}

/** A name of several letters, perhaps with the brackets of a call, in place of its beginning or of nothing. */
export const isChosen = ({ text, replaced }: Change): boolean =>
  text.length >= 2 && text.length > replaced && /^[\p{L}_$][\p{L}\p{N}_$]*(?:\(\))?$/u.test(text);
