// The prompt format of a model of which only the name is known. Data only.

import type { FormatName } from "../engine/prompt/types.ts";

/** The first row that fits; names such as "qwen2.5-coder:7b-base", "bigcode/starcoder2-3b", "DeepSeek-Coder-V2-Lite-Base-Q4_K_M.gguf". */
const FAMILIES: readonly (readonly [name: RegExp, format: FormatName])[] = [
  [/qwen[\d.]{0,4}[-_ ]?coder/i, "qwen"],
  [/deepseek[-_ ]?coder/i, "deepseek"],
  [/starcoder/i, "starcoder2"],
  [/code[-_ ]?llama/i, "codellama"],
  [/code[-_ ]?gemma/i, "codegemma"],
  [/granite[-_ ]?4/i, "granite4"],
  [/granite/i, "granite"],
  [/mellum/i, "mellum"],
  [/seed[-_ ]?coder/i, "seed-coder"],
];

export const formatOfName = (model: string): FormatName | undefined => FAMILIES.find(([name]) => name.test(model))?.[1];
