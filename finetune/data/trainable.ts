// Whether a model can be fine-tuned, and in which prompt format: the one in which it is asked. Reads the model's small files and no weights.

import { modelUntrainable } from "../../common/errors.ts";
import { readFormatFacts } from "../../server/engine/load/openAdapted.ts";
import { hasMarkersOf, promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import type { FormatName } from "../../server/engine/prompt/types.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import { formatFor } from "../../server/host/localModel.ts";
import { endOfTextId } from "./examples.ts";

/** The format that the model in `modelDir` is asked in. @throws UserError where there is no such model */
export const formatOfModel = async (modelDir: string, tokenizer: Tokenizer): Promise<FormatName> =>
  formatFor(await readFormatFacts(modelDir), tokenizer);

/** @throws UserError modelUnsupported for a model that does not fill in the middle, or whose vocabulary cannot write an example */
export function requireTrainable(format: FormatName, tokenizer: Tokenizer): void {
  if (!promptFormats[format].usesSuffix)
    throw modelUntrainable("it has learnt no format for filling in the middle, in which workspaces are learnt");
  if (!hasMarkersOf(tokenizer, promptFormats[format]))
    throw modelUntrainable(`its vocabulary lacks special tokens of its prompt format, ${format}`);
  if (endOfTextId(tokenizer) === undefined)
    throw modelUntrainable("its vocabulary has no token for the end of a text that is known here");
}
