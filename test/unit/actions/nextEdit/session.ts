// A window in which somebody edits: texts with the edits marked, and what is offered after each.

import { createParsers } from "../../../../common/syntax/parsers.ts";
import { withPlaces } from "../../../../src/actions/nextEdit/parsed.ts";
import { sameEdit } from "../../../../src/actions/nextEdit/sources/sameEdit.ts";
import { scopedRename } from "../../../../src/actions/nextEdit/sources/scopedRename.ts";
import { changedPart } from "../../../../src/actions/nextEdit/tokens.ts";
import { RecentTrees } from "../../../../src/actions/nextEdit/trees.ts";
import type {
  Episode,
  NextEditFile,
  NextEditSource,
  NextEdits,
  NoEditReason,
} from "../../../../src/actions/nextEdit/types.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

export class EditedFile {
  readonly uri: string;
  readonly languageId: string;
  readonly #past: Episode[] = [];
  readonly #source: NextEditSource;
  text: string;

  constructor(languageId: string, text: string, kind: "sameEdit" | "rename" = "sameEdit") {
    this.uri = `file:///edited.${languageId}`;
    this.languageId = languageId;
    this.text = text;
    const trees = new RecentTrees(parsers);
    this.#source = kind === "rename" ? scopedRename(trees) : sameEdit(trees);
  }

  /** Puts `to` where `from` stands for the n-th time (from 1), as one episode. */
  replace(
    from: string,
    to: string,
    nth = 1,
    edited: NextEditFile[] = [],
  ): Promise<NextEdits | { reason: NoEditReason }> {
    let at = -1;
    for (let i = 0; i < nth; i++) at = this.text.indexOf(from, at + 1);
    if (at === -1) throw new Error(`there is no ${from}`);
    return this.becomes(this.text.slice(0, at) + to + this.text.slice(at + from.length), edited);
  }

  async becomes(after: string, edited: NextEditFile[] = []): Promise<NextEdits | { reason: NoEditReason }> {
    const { uri, languageId, text: before } = this;
    const changed = changedPart(before, after);
    if (!changed) throw new Error("nothing changes");
    const episode = { uri, languageId, before, after, changed };
    this.text = after;
    const found = await this.#source(episode, { parsers, past: [...this.#past], edited: () => edited }, never);
    this.#past.unshift(episode);
    return found;
  }

  /** An episode of another file comes before. */
  after(other: Omit<Episode, "changed">): void {
    this.#past.unshift({ ...other, changed: changedPart(other.before, other.after)! });
  }

  /** The text with what is offered, or the reason why nothing is. */
  with(found: NextEdits | { reason: NoEditReason }): string {
    return "reason" in found ? found.reason : withPlaces(this, found.places);
  }
}
