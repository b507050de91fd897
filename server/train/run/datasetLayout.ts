// The two formats of a training data folder: they differ in the size of a token's id. Values only; dataset.ts describes the folder.

export interface DatasetLayout {
  formatVersion: 1 | 2;
  tokensFile: string;
  idBytes: 2 | 4;
}

export const DATASET_LAYOUTS: Readonly<Record<DatasetLayout["formatVersion"], DatasetLayout>> = {
  1: { formatVersion: 1, tokensFile: "tokens.u16", idBytes: 2 },
  2: { formatVersion: 2, tokensFile: "tokens.u32", idBytes: 4 },
};

/** The format whose ids can name every token of a vocabulary. */
export const layoutFor = (vocabSize: number): DatasetLayout => DATASET_LAYOUTS[vocabSize > 1 << 16 ? 2 : 1];
