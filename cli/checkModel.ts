// Checks a model to be imported: its tensors and its tokenizer exist and fit together. Loads no weights into memory.

import { type ModelCheck, readFacts } from "../server/engine/models/modelFacts.ts";
import { openModel } from "../server/engine/models/modelStore.ts";
import { detectFormat } from "../server/engine/prompt/detectFormat.ts";
import { loadTokenizer, requireFittingTokenizer } from "../server/engine/tokenizer/bpeTokenizer.ts";

/**
 * A check for `importModel`.
 * @param log receives a line on the prompt format that the model will be used with
 */
export const checkModel =
  (log: (line: string) => void): ModelCheck =>
  async (dir) => {
    const { id, config } = await openModel(dir);
    const tokenizer = await loadTokenizer(dir);
    requireFittingTokenizer(tokenizer, config.vocabSize, id);
    const format = detectFormat(tokenizer, { modelType: config.architecture, name: id });
    log(
      format === "prefix"
        ? `${id} knows no tokens to fill in the middle with: it sees the text before the cursor only`
        : `${id} fills in the middle in the format ${format}`,
    );
    return readFacts(dir);
  };
