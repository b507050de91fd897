// The options by which a command's text is written by a server instead of the local model, and what they mean. Opens nothing.

import { FORMAT_NAMES } from "../server/engine/prompt/types.ts";
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
  "engine-format": {
    type: "string",
    argument: "F",
    help: "the prompt format that its model has learnt (default: by its name)",
  },
  yes: { type: "boolean", help: "send code to the server, on another machine too, without a question" },
} as const satisfies OptionTable;

/** @throws UsageError for a value that cannot be meant */
export function engineOf(values: Readonly<Record<string, string | boolean | undefined>>): AskedEngine | undefined {
  const text = (name: keyof typeof engineOptions) => values[name] as string | undefined;
  const [given, model, tokenizerDir] = [text("engine"), text("engine-model"), text("engine-tokenizer")];
  if (given === undefined) {
    const rest = ["engine-model", "engine-kind", "engine-tokenizer", "engine-format"] as const;
    const alone = rest.find((name) => values[name]);
    if (alone) throw new UsageError(`--${alone} needs --engine`);
    return undefined;
  }
  const checked = settings["engine.url"].check(given);
  if ("problem" in checked) throw new UsageError(`--engine ${checked.problem}`);
  if (checked.value === LOCAL_ENGINE) return undefined;
  const kind = oneOf("engine-kind", ENGINE_KINDS, text("engine-kind"));
  const format = oneOf("engine-format", FORMAT_NAMES, text("engine-format"));
  const url = checked.value.replace(/\/$/, "");
  const how = { ...(kind && { kind }), ...(format && { format }), ...(tokenizerDir && { tokenizerDir }) };
  return { choice: { url, ...(model && { model }), ...how }, hasConsent: values.yes === true };
}

function oneOf<T extends string>(name: string, values: readonly T[], given: string | undefined): T | undefined {
  const found = values.find((value) => value === given);
  if (given !== undefined && found === undefined)
    throw new UsageError(`--${name} takes one of ${values.join(", ")}, not ${given}`);
  return found;
}
