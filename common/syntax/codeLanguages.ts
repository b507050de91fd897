// The languages in which code is written, as people call them: those into which code can be translated. Pure.

import { languageIdOf, languageIds, languageSyntax } from "./languages.ts";

export interface CodeLanguage {
  id: string; // VS Code's
  name: string; // as people write it
}

/** What holds data or settings and no code. */
const NO_CODE = /^(?:jsonc?|yaml|toml|dockerfile|makefile|less|scss)$/;

/** Where the name is not the id with a capital letter. */
const NAMES: Readonly<Record<string, string>> = {
  coffeescript: "CoffeeScript",
  cpp: "C++",
  csharp: "C#",
  fsharp: "F#",
  javascript: "JavaScript",
  javascriptreact: "JavaScript with JSX",
  "objective-c": "Objective-C",
  "objective-cpp": "Objective-C++",
  openqasm: "OpenQASM",
  php: "PHP",
  powershell: "PowerShell",
  shellscript: "shell script",
  sql: "SQL",
  typescript: "TypeScript",
  typescriptreact: "TypeScript with JSX",
};

/** The name of a language, as people write it. */
export const languageName = (id: string): string => NAMES[id] ?? `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;

/** Those first whose code can be parsed. */
export const codeLanguages: readonly CodeLanguage[] = languageIds
  .filter((id) => !NO_CODE.test(id))
  .map((id) => ({ id, name: languageName(id) }))
  .sort((a, b) => Number(!languageSyntax(a.id)) - Number(!languageSyntax(b.id)) || (a.name < b.name ? -1 : 1));

/** @param called by its id, its name or a usual short form: "ts", "C#" */
export function codeLanguageNamed(called: string): CodeLanguage | undefined {
  const lowered = called.trim().toLowerCase();
  const id = languageIdOf(lowered, "");
  return codeLanguages.find((one) => one.id === id || one.name.toLowerCase() === lowered);
}
