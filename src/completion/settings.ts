// The settings that a completion obeys: a part of the table in config/settings.ts, which owns their meaning and their defaults.

import { type Settings, settings } from "../config/settings.ts";

export type CompletionSettings = Pick<
  Settings,
  "maxTokens" | "deadlineMs" | "multiLine" | "maxLines" | "temperature" | "filters"
>;

/** As where nobody has set anything: for completions without an editor. */
export const defaultCompletionSettings: CompletionSettings = {
  maxTokens: settings.maxTokens.default,
  deadlineMs: settings.deadlineMs.default,
  multiLine: settings.multiLine.default,
  maxLines: settings.maxLines.default,
  temperature: settings.temperature.default,
  filters: settings.filters.default,
};
