// Every command, declared once: package.json's commands, palette entries and key bindings and docs/user/commands.md are generated from this table.
// A command without a handler does not compile (`CommandHandlers`). Core keys (Tab, Alt+[) are never rebound, and Esc
// only while next edits are marked.

interface Command {
  readonly title: string;
  /** What it does, in one sentence part: a row of docs/user/commands.md. */
  readonly does: string;
  /** When the palette offers the command; always if absent. */
  readonly when?: string;
  /** Its button in the title of a view: an icon, and when it is there. */
  readonly button?: { readonly menu: "scm/title"; readonly icon: string; readonly when: string };
  readonly key?: { readonly chord: string; readonly when: string };
}

const trustedFolder = "isWorkspaceTrusted && workspaceFolderCount != 0";

/** The languages in which docstrings and fixes are offered. */
const actedOn = "editorLangId =~ /^(typescript|javascript)(react)?$|^python$/ && !editorReadonly";

/** Where next edits are marked, and nothing else stands at the cursor. */
const whereMarked =
  "sotto.nextEdit && editorTextFocus && !editorReadonly && !suggestWidgetVisible && !inSnippetMode && !inlineSuggestionVisible";

/** Where nothing else would be closed by Esc. Modal editors keep it for themselves. */
const whereEscapeIsFree =
  "!editorHasSelection && !editorHasMultipleSelections && !findWidgetVisible && !parameterHintsVisible && !renameInputVisible && !vim.active && !neovim.init";

const table = {
  "sotto.completeHere": {
    title: "Complete Here",
    does: "asks for a suggestion at the cursor; several lines are allowed",
    key: { chord: "alt+\\", when: "editorTextFocus && !editorReadonly" },
  },
  "sotto.disableLanguage": {
    title: "Switch Off for This Language",
    does: "no more suggestions in the language of the active file",
    when: "sotto.languageOn",
  },
  "sotto.enableLanguage": {
    title: "Switch On for This Language",
    does: "suggestions in the language of the active file again",
    when: "sotto.languageOff",
  },
  "sotto.enterQuietMode": {
    title: "Suggest Only When I Ask (Quiet Mode)",
    does: "no more suggestions while you type, only where you ask for one",
    when: "!config.sotto.quiet",
  },
  "sotto.leaveQuietMode": {
    title: "Suggest While I Type (Leave Quiet Mode)",
    does: "ends quiet mode",
    when: "config.sotto.quiet",
  },
  "sotto.snooze": { title: "Snooze…", does: "pauses suggestions for a while", when: "!sotto.snoozed" },
  "sotto.cancelSnooze": { title: "Cancel Snooze", does: "ends the pause", when: "sotto.snoozed" },
  "sotto.showMore": {
    title: "Show More Suggestions",
    does: "shows suggestions of which Sotto is less sure, too: one step of the setting sotto.eagerness",
    when: "config.sotto.eagerness != more",
  },
  "sotto.showFewer": {
    title: "Show Fewer Suggestions",
    does: "shows only suggestions of which Sotto is surer: one step of the setting sotto.eagerness",
    when: "config.sotto.eagerness != fewer",
  },
  "sotto.showStatus": { title: "Show Status", does: "shows what the status item says and what you can do about it" },
  "sotto.showContext": {
    title: "Show Context Here",
    does: "the prompt inspector: shows what would be sent to the model at the cursor, what was left out, and why",
  },
  "sotto.showContextAsText": {
    title: "Show Context Here as Text",
    does: "the same as plain text beside the editor, for a screen reader or to copy",
  },
  "sotto.explain": {
    title: "Explain This Suggestion",
    does: "why the suggestion at the cursor came, or none did: what it leaned on, the terms of its score, word by word",
  },
  "sotto.explainHere": {
    title: "Explain Here",
    does: "the definition around the cursor in facts: its branches in words, what it throws and changes, who uses it; without a model; also a code action",
  },
  "sotto.diagnoseChat": {
    title: "Diagnose Chat",
    does: "a page that says whether Sotto's model can be used in VS Code's chat, which models are not offered and why, how fast a test question is answered, and what to do next",
  },
  "sotto.summarise": {
    title: "Summarise File",
    does: "the file in facts, each with its place: what it exports, who uses it, what it needs and does, what it leaves to do",
  },
  "sotto.showStatistics": {
    title: "Show Statistics",
    does: "how many suggestions were shown, accepted, typed through, rejected and kept, today, in 7 and in 90 days; counted on this machine only",
  },
  "sotto.showDashboard": {
    title: "Show Dashboard",
    does: "a page about your suggestions: this week in words, how they ended by week, what stood later, and languages with their intervals; counted on this machine only",
  },
  "sotto.resetStatistics": {
    title: "Reset Statistics…",
    does: "deletes these counts, and forgets what was learnt from your use",
  },
  "sotto.writeDocstring": {
    title: "Write Docstring Here",
    does: "writes or updates the docstring of the definition around the cursor; also a code action",
    when: actedOn,
  },
  "sotto.documentFile": {
    title: "Document What Is Exported Here",
    does: "writes docstrings for everything that the file exports and that has none, as a diff to accept piece by piece",
    when: actedOn,
  },
  "sotto.fixHere": {
    title: "Fix Here",
    does: "finds a verified fix for what is wrong on the cursor's line; also a quick fix",
    when: actedOn,
  },
  "sotto.fixFile": {
    title: "Fix This File",
    does: "finds fixes for everything that is wrong with the file, checked together, as a diff to accept piece by piece",
    when: actedOn,
  },
  "sotto.changeSelection": {
    title: "Change Selection…",
    does: "has a model of your own, or a server's, change the selected lines as you say; checked, and shown as a diff to accept; also a code action",
    when: "!editorReadonly",
  },
  "sotto.translate": {
    title: "Translate to Another Language…",
    does: "has a model of your own, or a server's, write the selected lines, or the whole file, anew in another language, as an untitled file beside it; says what was checked",
  },
  "sotto.writeTests": {
    title: "Write Tests for This",
    does: "tries calls of the exported function around the cursor (TypeScript, JavaScript, Python) in a sandbox and shows tests of what it does now as an unsaved file; also a code action",
    when: `isWorkspaceTrusted && ${actedOn}`,
  },
  "sotto.turnIntoTypescript": {
    title: "Turn into TypeScript",
    does: "shows the active JavaScript file beside itself as TypeScript, with types from its JSDoc, its code and its callers, and renames and changes it if you accept; also a refactoring",
    when: "isWorkspaceTrusted && editorLangId =~ /^javascript(react)?$/ && !editorReadonly",
  },
  // after the command whose key it shares: of two that fit, the editor takes the later one
  "sotto.nextEdit": {
    title: "Go to Next Edit",
    does: "goes to the next place that your edit calls for and shows what it becomes there; pressed again, makes it and goes on",
    key: { chord: "alt+\\", when: whereMarked },
  },
  "sotto.allNextEdits": {
    title: "Make All Next Edits…",
    does: "shows every place that your last edit calls for, to accept one by one; also a code action",
  },
  "sotto.dismissNextEdits": {
    title: "Dismiss Next Edits",
    does: "takes the marks away; the same is not offered again in this window",
    when: "sotto.nextEdit",
    key: { chord: "escape", when: `${whereMarked} && ${whereEscapeIsFree}` },
  },
  "sotto.writeCommitMessage": {
    title: "Write Commit Message of What Is Staged",
    does: "writes the facts of what is staged into the source-control view's box: files and symbols added, moved, renamed, removed, changed; what you typed there stays",
    when: "gitOpenRepositoryCount > 0",
    button: { menu: "scm/title", icon: "$(note)", when: "scmProvider == git" },
  },
  // offered always: where it cannot be, it says why
  "sotto.fineTune": {
    title: "Fine-Tune on This Workspace",
    does: "teaches the model this repository, checks on held-out code that it helps, and uses the result at once",
  },
  "sotto.pauseFineTuning": {
    title: "Pause Fine-Tuning",
    does: "pauses the fine-tuning of this workspace",
    when: "sotto.fineTuningWorks",
  },
  "sotto.resumeFineTuning": {
    title: "Resume Fine-Tuning",
    does: "continues a paused fine-tuning",
    when: "sotto.fineTuningRests",
  },
  "sotto.cancelFineTuning": {
    title: "Cancel Fine-Tuning…",
    does: "ends a fine-tuning without a result",
    when: "sotto.fineTuningWorks || sotto.fineTuningRests",
  },
  "sotto.showFineTuningReport": {
    title: "Show Fine-Tuning Report",
    does: "opens the report of the last fine-tuning",
    when: trustedFolder,
  },
  "sotto.adapters": {
    title: "Manage Fine-Tuned Versions…",
    does: "manages what was learnt of this workspace: use, switch off, roll back, compare, rename, remove, export, import",
    when: trustedFolder,
  },
  "sotto.chooseModel": {
    title: "Choose Model…",
    does: "chooses automatic, quick or strong, one of your own models, or one to download; the choice takes effect at once",
  },
  "sotto.importModel": {
    title: "Import Model…",
    does: "copies a model of your own, a .gguf file on your disk, to Sotto's models, and runs it",
  },
  "sotto.chooseEngine": {
    title: "Choose Engine…",
    does: "chooses what writes: Sotto's own model, or one on a server (Ollama, llama.cpp, vLLM …); asks before anything leaves this machine",
  },
  "sotto.setEngineKey": {
    title: "Set Engine Key…",
    does: "keeps the key that a server asks for in the editor's secret storage, or deletes it",
    when: "config.sotto.engine.url && config.sotto.engine.url != local",
  },
  "sotto.tryEngineAgain": {
    title: "Try the Engine Again",
    does: "asks the server again at once, where Sotto's own model answers because the server did not",
    when: "config.sotto.engine.url && config.sotto.engine.url != local",
  },
  "sotto.showLog": {
    title: "Show Log",
    does: "opens the log: everything that was not worth interrupting you for, and how many suggestions were not shown and why",
  },
  "sotto.reportProblem": {
    title: "Report a Problem…",
    does: "gathers versions, settings, what the doctor says and the log's last lines in a new document for you to read; sends nothing",
  },
  "sotto.restartHost": { title: "Restart Model", does: "ends the process that runs the model, and starts another" },
  "sotto.tryIt": {
    title: "Try It in a New File",
    does: "opens a new file with half a function, and suggests the next line",
  },
  "sotto.openWalkthrough": { title: "Get Started", does: "opens the five steps of the first minute" },
} as const satisfies Record<string, Command>;

export type CommandId = keyof typeof table;

/** One handler for each command; what a handler throws is caught and logged at the fence in src/editor/commands.ts. */
export type CommandHandlers = { [K in CommandId]: (...args: unknown[]) => unknown };

export const commands: Readonly<Record<CommandId, Command>> = table;
