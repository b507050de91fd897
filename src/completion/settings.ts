// The settings that a completion obeys: a part of the table in config/settings.ts, which owns their meaning and their defaults.

import { defaultSettings, type Settings } from "../config/settings.ts";

export type CompletionSettings = Pick<
  Settings,
  "maxTokens" | "deadlineMs" | "multiLine" | "maxLines" | "temperature" | "filters"
>;

/** What holds where nobody has set anything: for completions without an editor. */
export const defaultCompletionSettings: CompletionSettings = defaultSettings;
