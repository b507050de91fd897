// The tokenizer's interface. Text goes to ids and back; special tokens are never recognised in user text.

export interface Tokenizer {
  readonly vocabSize: number;
  readonly endOfTextIds: readonly number[];
  /** Ids of `text`; the names of special tokens inside it are encoded as ordinary characters. */
  encode(text: string): number[];
  /** The text of `ids`. Broken UTF-8 becomes U+FFFD. Special tokens give "". */
  decode(ids: readonly number[]): string;
  /** The bytes of one token (none for a special token). */
  bytesOf(id: number): Uint8Array;
  /** Id of a special token such as "<file_sep>"; undefined where the model has none of that name. */
  specialId(name: string): number | undefined;
}
