// The settings of engines elsewhere: which server writes instead of Sotto's own model, and what it does not tell itself. All belong to the
// machine: no workspace names an address that code is sent to. The address is `engine.url`, since the editor takes no setting whose name begins
// another one's.

import { FORMAT_NAMES } from "../../server/engine/prompt/types.ts";
import { ENGINE_KINDS, type EngineKind } from "../../server/remote/types.ts";
import { choice, folder, integer, type Setting, text, wordOrAddress } from "./setting.ts";

/** The value of `engine.url` that means Sotto's own model. */
export const LOCAL_ENGINE = "local";

/** Kinds of servers by the names that people know. */
export const ENGINE_NAMES: Readonly<Record<EngineKind, string>> = {
  llamacpp: "llama.cpp",
  vllm: "vLLM",
  sglang: "SGLang",
  ollama: "Ollama",
  lmstudio: "LM Studio",
  mistral: "Mistral",
  deepseek: "DeepSeek",
  tabby: "Tabby",
  openai: "an OpenAI-like server",
};

const described = { group: "model", scope: "machine" } as const;

export const engineSettings = {
  "engine.url": wordOrAddress({
    ...described,
    word: LOCAL_ENGINE,
    description:
      "The engine that writes suggestions, docstrings and fixes: `local`, or the address of a server such as http://127.0.0.1:11434. [Sotto: Choose Engine…](command:sotto.chooseEngine) sets this, and asks before anything is sent to another machine. Sotto's own model answers whenever the server does not, and in untrusted workspaces.",
  }),
  "engine.model": text({
    ...described,
    description: "The server's name for the model, such as `qwen2.5-coder:7b`. Empty: the first of its list.",
  }),
  "engine.kind": choice({
    ...described,
    default: "auto",
    values: [
      { value: "auto", description: "As the server answers when it is asked." },
      ...ENGINE_KINDS.map((value) => ({ value, description: `Treat it as ${ENGINE_NAMES[value]}.` })),
    ],
    description: "What kind of server it is.",
  }),
  "engine.shape": choice({
    ...described,
    default: "auto",
    values: [
      { value: "auto", description: "By the kind of server." },
      { value: "ids", description: "Token ids, made with the file of `sotto.engine.tokenizer`." },
      { value: "text", description: "One text with the names of the model's special tokens." },
      { value: "fim", description: "The text before and after the cursor; the server lays out the prompt." },
    ],
    description: "How a prompt is sent.",
  }),
  "engine.format": choice({
    ...described,
    default: "auto",
    values: [
      { value: "auto", description: "By the model's vocabulary, or by its name." },
      ...FORMAT_NAMES.map((value) => ({ value, description: `The format ${value}.` })),
    ],
    description: "The prompt format that the model has learnt for filling in the middle.",
  }),
  "engine.contextTokens": integer({
    ...described,
    default: 0,
    minimum: 0,
    maximum: 1_048_576,
    description:
      "The length of the model's context in tokens, where the server does not tell or tells too much. 0: the server's.",
  }),
  "engine.adapter": text({
    ...described,
    description:
      "The adapter that the server applies: its name at vLLM and SGLang, its number or path at llama.cpp. Empty: none.",
  }),
  "engine.tokenizer": folder({
    ...described,
    description:
      "The absolute path of a folder with the model's `tokenizer.json`. With it, llama.cpp, vLLM and SGLang get token ids, in which no text can pass for a special token.",
  }),
} satisfies Record<string, Setting<unknown>>;
