// The settings that every window of the editor's tests begins with; those of a scenario stand above them.

export const testSettings = {
  // What the tests expect word by word is written by the quick model. Scenarios of both models set "auto".
  "sotto.model": "quick",
  // Without the suggest widget of the language's own server, which mixes with ghost text at its own times.
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.suggestOnTriggerCharacters": false,
  "files.autoSave": "off",
};
