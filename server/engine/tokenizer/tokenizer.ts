// The tokenizer's interface. Converts text to ids and back; special tokens are never recognised in user text.

/**
 * Where a text with several lines may be cut so that its parts, encoded one by one, give the ids of the whole:
 * - "before": before a line break that follows a printable ASCII character. GPT-2's pieces look ahead in runs of white space only, and such a run
 *   begins there. (After the break would be wrong: a run of white space ends differently before a letter and at the end of the text.)
 * - "after": after a line break that only blanks and tabs and a printable ASCII character follow, or the end. Pieces of the families after GPT-2
 *   take line breaks along ("{\n"), and none goes on after one; SentencePiece's tokens seldom reach across one.
 * - "none": nowhere that is known.
 */
export type LineCut = "before" | "after" | "none";

export interface Tokenizer {
  readonly vocabSize: number;
  readonly endOfTextIds: readonly number[];
  readonly lineCut?: LineCut; // default "before"
  /**
   * Ids of `text`; the names of special tokens inside it are encoded as ordinary characters. `decode` returns the text, except for what the
   * family's normalisation does not preserve: some compose characters (NFC), and those that write "▁" for spaces decode it as a space.
   */
  encode(text: string): number[];
  /** The text of `ids`. Broken UTF-8 becomes U+FFFD. Special tokens and ids beyond the vocabulary give "". */
  decode(ids: readonly number[]): string;
  /**
   * The bytes of one token; empty for a special token and for an id beyond the vocabulary (a model may have more rows than the vocabulary has
   * tokens).
   */
  bytesOf(id: number): Uint8Array;
  /** Id of an added token such as "<file_sep>", which is not among the vocabulary's words; undefined where no token has that name. */
  specialId(name: string): number | undefined;
}
