// The settings that completions obey: a part of the table in config/settings.ts, which owns their meaning and their defaults.

import { defaultSettings, type Settings } from "../config/settings.ts";

export type CompletionSettings = Pick<
  Settings,
  "maxTokens" | "deadlineMs" | "multiLine" | "maxLines" | "temperature" | "filters" | "eagerness" | "licenceGuard"
>;

/** The default settings, for completions without an editor. */
export const defaultCompletionSettings: CompletionSettings = defaultSettings;
