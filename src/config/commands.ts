// Every command, declared once: package.json's commands, palette entries and key bindings are generated from this table.
// A command without a handler does not compile (`CommandHandlers`). Core keys (Tab, Esc, Alt+[) are never rebound.

interface Command {
  readonly title: string;
  /** When the palette offers it; always where there is none. */
  readonly when?: string;
  readonly key?: { readonly chord: string; readonly when: string };
}

const trustedFolder = "isWorkspaceTrusted && workspaceFolderCount != 0";

/** Languages that docstrings and fixes are checked in. */
const actedOn = "editorLangId =~ /^(typescript|javascript)(react)?$|^python$/ && !editorReadonly";

const table = {
  "sotto.completeHere": {
    title: "Complete Here",
    key: { chord: "alt+\\", when: "editorTextFocus && !editorReadonly" },
  },
  "sotto.toggleLanguage": { title: "Enable or Disable for This Language" },
  "sotto.toggleQuiet": { title: "Enter or Leave Quiet Mode" },
  "sotto.snooze": { title: "Snooze…", when: "!sotto.snoozed" },
  "sotto.cancelSnooze": { title: "Cancel Snooze", when: "sotto.snoozed" },
  "sotto.showStatus": { title: "Show Status" },
  "sotto.showContext": { title: "Show Context Here" },
  "sotto.showStatistics": { title: "Show Statistics" },
  "sotto.resetStatistics": { title: "Reset Statistics…" },
  "sotto.writeDocstring": { title: "Write Docstring Here", when: actedOn },
  "sotto.documentFile": { title: "Document What Is Exported Here", when: actedOn },
  "sotto.fixHere": { title: "Fix Here", when: actedOn },
  "sotto.fixFile": { title: "Fix This File", when: actedOn },
  "sotto.fineTune": { title: "Fine-tune on this workspace" }, // offered always: where it cannot be, it says why
  "sotto.pauseFineTuning": { title: "Pause Fine-Tuning", when: "sotto.fineTuningWorks" },
  "sotto.resumeFineTuning": { title: "Resume Fine-Tuning", when: "sotto.fineTuningRests" },
  "sotto.cancelFineTuning": { title: "Cancel Fine-Tuning…", when: "sotto.fineTuningWorks || sotto.fineTuningRests" },
  "sotto.showFineTuningReport": { title: "Show Fine-Tuning Report", when: trustedFolder },
  "sotto.adapters": { title: "Adapters", when: trustedFolder },
  "sotto.chooseModel": { title: "Choose Model…" },
  "sotto.showLog": { title: "Show Log" },
  "sotto.restartHost": { title: "Restart Host" },
} as const satisfies Record<string, Command>;

export type CommandId = keyof typeof table;

/** One handler a command; what a handler throws is caught and logged at the fence in src/editor/commands.ts. */
export type CommandHandlers = { [K in CommandId]: (...args: unknown[]) => unknown };

export const commands: Readonly<Record<CommandId, Command>> = table;
