// The walkthrough that the editor opens once after Sotto was installed: five steps, each with a picture of media/walkthrough. A command in a text must be
// one of the table's (a test holds that).

import type { CommandId } from "./commands.ts";

interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string; // the editor's Markdown: a link alone on its line is a button
  readonly media: { readonly image: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

export const WALKTHROUGH_ID = "firstMinute";

const button = (label: string, command: CommandId): string => `[${label}](command:${command})`;
const onCommand = (command: CommandId): string => `onCommand:${command}`;
const picture = (name: string, altText: string): Step["media"] => ({ image: `media/walkthrough/${name}.png`, altText });

const steps: readonly Step[] = [
  {
    id: "runsHere",
    title: "It runs here",
    description: [
      "The model runs on this machine, and your code stays on it: no account, no server, no telemetry.",
      "The **Sotto** item in the status bar says what it is doing, and why nothing came where nothing came. A click on it offers what can be done.",
      button("Show Status", "sotto.showStatus"),
    ].join("\n\n"),
    media: picture(
      "status",
      "The status item of Sotto with its menu open: what can be done here, about the model, and more.",
    ),
    completionEvents: [onCommand("sotto.showStatus")],
  },
  {
    id: "type",
    title: "Type, and press Tab",
    description: [
      "A suggestion appears in grey while you type. **Tab** takes it, **Ctrl+→** (macOS: **Cmd+→**) takes its next word, **Esc** hides it, and typing on keeps what fits.",
      "Sotto is silent where it is not sure. **Show More Suggestions** and **Show Fewer Suggestions** in the palette move that line.",
      button("Try It in a New File", "sotto.tryIt"),
    ].join("\n\n"),
    media: picture("typing", "Grey text after the cursor continues a line of TypeScript."),
    completionEvents: [onCommand("sotto.tryIt")],
  },
  {
    id: "ask",
    title: "Ask for one",
    description: [
      "Alt+\\ asks for a suggestion at the cursor, with several lines if they fit. Alt+] and Alt+[ go through the others.",
      "**Write Docstring Here** and **Fix Here** are in the palette and among the code actions (**Ctrl+.**): both are checked against your code before you see them.",
      button("Suggest at the Cursor", "sotto.completeHere"),
    ].join("\n\n"),
    media: picture("asked", "A suggestion of several lines, and above it the bar that goes through the others."),
    completionEvents: [onCommand("sotto.completeHere")],
  },
  {
    id: "repository",
    title: "It knows your repository",
    description: [
      "In a folder that you trust, Sotto keeps an index in your cache folder and uses what stands in other files. What .gitignore and .sottoignore name, and secrets, are left out.",
      "Look at what the model sees, or let it learn the repository: fine-tuning runs on this machine, and is used only if it proves that it helps.",
      `${button("Show Context Here", "sotto.showContext")}\n${button("Fine-Tune on This Workspace", "sotto.fineTune")}`,
    ].join("\n\n"),
    media: picture(
      "context",
      "The context view beside the code: what would be sent to the model, and from which files.",
    ),
    completionEvents: [onCommand("sotto.showContext"), onCommand("sotto.fineTune")],
  },
  {
    id: "models",
    title: "Larger models",
    description: [
      "Two models come with Sotto: *quick* answers while you type, *strong* what you ask for, and typing too where the machine is fast enough.",
      "Others can be downloaded or imported. Nothing is downloaded before you have agreed.",
      button("Choose a Model", "sotto.chooseModel"),
    ].join("\n\n"),
    media: picture(
      "models",
      "The list of models: those that are installed, and those to download with their sizes and licences.",
    ),
    completionEvents: [onCommand("sotto.chooseModel")],
  },
];

/** As package.json takes it. */
export function walkthrough() {
  return {
    id: WALKTHROUGH_ID,
    title: "Get Started with Sotto",
    description: "Code completion by a language model that runs on your own machine: five steps.",
    steps,
  };
}
