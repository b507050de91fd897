// The settings of tests whose texts name things that nobody declares: all defaults but the symbols filter. Not a test.

import { type CompletionSettings, defaultCompletionSettings } from "../../../src/completion/settings.ts";

export const looseSettings: CompletionSettings = {
  ...defaultCompletionSettings,
  filters: { ...defaultCompletionSettings.filters, symbols: false },
};
