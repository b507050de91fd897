// What each command does, a line each: the table of contents of `sotto`. Loads nothing, so that `sotto --help` answers at once.

export const SUMMARIES = {
  complete: "one completion at a position of a file",
  replay: "a recorded request again: whether this machine writes the same, to the token, and where it departs",
  context: "the prompt inspector: what would be sent to the model, and what was left out and why",
  explain: "why a suggestion came at a position, or why none did: what it leaned on, word by word",
  docstring: "the docstring of the definition around a line, checked against its signature",
  fix: "fixes for what is wrong with a file, verified by TypeScript's compiler, in Python by its text and an installed pyright or mypy",
  change:
    "selected lines changed as an instruction in words asks, by a model of your own of 1.5B or more, or a server's; checked, as a diff",
  pieces:
    "what the types ask for on a line and is missing: cases of a switch, members of a literal, constructors; verified by TypeScript's compiler, in Python by its text",
  tests:
    "tests for an exported function (TypeScript, JavaScript, Python), run in a sandbox: what it does now, kept where they cover branches and notice changes",
  "turn-into-typescript":
    "a JavaScript file as TypeScript: types from its JSDoc, its code and its callers, until the compiler finds no new problem",
  translate:
    "code in another language, by a model of your own of 1.5B or more, or a server's; says what was checked, and writes a new file only",
  summarise:
    "a file in facts with links: exports, who uses them, what it needs, effects, open ends; and a checked sentence where no docstring is",
  "explain-here":
    "the definition around a line in facts with links: its branches in words, what it throws and changes, who uses it; without a model",
  chat: "a question to a model of your own that was tuned to answer questions",
  "commit-message":
    "a message for what is staged, of facts: files and symbols added, moved, renamed, removed, changed; writes nothing",
  "next-edit": "what the next edits would be after a patch of a file, hunk by hunk; changes nothing",
  index: "builds or updates the index of a workspace; it goes on where it was interrupted",
  evaluate: "runs fill-in-the-middle cases: how often the product is right, and how often it is silent",
  bench: "a bench, paired with its peer where it has one (in a clone of the repository)",
  train: "trains an adapter of the model on packed sequences, in the background; Ctrl+C keeps a checkpoint",
  finetune: "learns this workspace and keeps what was learnt only if it helps; Ctrl+C keeps a checkpoint",
  adapters: "the adapters of a workspace: list, choose, compare, remove, and exchange them",
  models: "the model store: list, verify, download (pull), import, export and remove models",
  "language-server": "suggestions and code actions for any editor that speaks LSP 3.18 (inline completion)",
  serve: "the model for other programs, over HTTP as OpenAI's completions and llama.cpp's infill, on this machine",
  report:
    "a report of a problem to read and to file: versions, what the doctor says, the log's last lines; sends nothing",
  statistics: "what became of suggestions on this machine, in words, as numbers or as a page",
  doctor: "versions, devices with their measured speed, both models and which one types, the model's files, sockets",
} as const;

export type CommandName = keyof typeof SUMMARIES;

/** Whether the arguments ask what there is. */
export const asksForOverview = ([name]: readonly string[]): boolean =>
  name === "help" || name === "--help" || name === "-h";

export function overview(): string {
  const width = Math.max(...Object.keys(SUMMARIES).map((name) => name.length));
  const lines = Object.entries(SUMMARIES).map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: sotto COMMAND [OPTION ...]\n\n${lines.join("\n")}\n\n\`sotto COMMAND --help\` explains one.\n`;
}
