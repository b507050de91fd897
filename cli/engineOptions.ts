// The options by which a command's text is written by a server instead of the local model, and what they mean. Opens nothing.

import { ENGINE_KINDS } from "../server/remote/types.ts";
import { LOCAL_ENGINE } from "../src/config/engineSettings.ts";
import { settings } from "../src/config/settings.ts";
import { type OptionTable, UsageError } from "./command.ts";
import type { AskedEngine } from "./model.ts";

export const engineOptions = {
  engine: { type: "string", argument: "URL", help: "a server whose model writes; a key for it in SOTTO_ENGINE_KEY" },
  "engine-model": { type: "string", argument: "M", help: "the server's name for the model (default: its first)" },
  "engine-kind": { type: "string", argument: ENGINE_KINDS.join("|"), help: "what server it is (default: it is asked)" },
  "engine-tokenizer": { type: "string", argument: "DIR", help: "folder with the model's tokenizer.json: ids are sent" },
  yes: { type: "boolean", help: "send code to the server, on another machine too, without a question" },
} as const satisfies OptionTable;

/** @throws UsageError for a value that cannot be meant */
export function engineOf(values: Readonly<Record<string, string | boolean | undefined>>): AskedEngine | undefined {
  const text = (name: keyof typeof engineOptions) => values[name] as string | undefined;
  const [given, model, tokenizerDir] = [text("engine"), text("engine-model"), text("engine-tokenizer")];
  if (given === undefined) {
    const alone = (["engine-model", "engine-kind", "engine-tokenizer"] as const).find((name) => values[name]);
    if (alone) throw new UsageError(`--${alone} needs --engine`);
    return undefined;
  }
  const checked = settings["engine.url"].check(given);
  if ("problem" in checked) throw new UsageError(`--engine ${checked.problem}`);
  if (checked.value === LOCAL_ENGINE) return undefined;
  const kind = ENGINE_KINDS.find((name) => name === text("engine-kind"));
  if (text("engine-kind") !== undefined && !kind)
    throw new UsageError(`--engine-kind takes one of ${ENGINE_KINDS.join(", ")}, not ${text("engine-kind")}`);
  const url = checked.value.replace(/\/$/, "");
  const choice = { url, ...(kind && { kind }), ...(model && { model }), ...(tokenizerDir && { tokenizerDir }) };
  return { choice, hasConsent: values.yes === true };
}
