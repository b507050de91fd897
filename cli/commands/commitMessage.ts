// `sotto commit-message`: a message for what is staged, of facts alone. Writes nothing and asks no model.

import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { definitionsOf } from "../../common/syntax/definitions.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { runGit } from "../../finetune/data/git.ts";
import { type FileChange, messageOf } from "../../src/actions/commitMessage/message.ts";
import { symbolChanges, type Version } from "../../src/actions/commitMessage/symbolChanges.ts";
import { defineCommand } from "../command.ts";
import { workspaceRoot } from "../sourceFile.ts";

const GIT_LIMIT_MS = 20_000;
/** Larger changes name the other files without their symbols. */
const MOST_READ_FILES = 100;
const MOST_UNITS = 1_000_000;

export const commitMessage = defineCommand({
  name: "commit-message",
  options: {},
  async run({ global, io, signal }) {
    const root = path.resolve(global.root ?? workspaceRoot(process.cwd()));
    const staged = await git(root, "diff --cached --relative --no-ext-diff --no-textconv -M --name-status", signal);
    if (staged === undefined)
      throw badInput(`git cannot tell what is staged in ${root}.`, "Choose a repository with --root.");
    if (staged.length === 0) throw badInput("Nothing is staged.", "Stage what the commit is to hold with git add.");
    const parsers = await createParsers();
    const files: FileChange[] = [];
    for (const [at, line] of staged.entries()) files.push(await read(line, at < MOST_READ_FILES));
    const unread = files.filter(({ symbols }) => !symbols).length;
    const message = messageOf(files);
    if (unread > 0)
      io.log(`${unread} of ${files.length} files are told without their symbols: no grammar, too large, or too many.`);
    io.result({ message, files, unread }, message);

    async function read(line: string, isRead: boolean): Promise<FileChange> {
      const [status = "", first = "", second] = line.split("\t");
      const file = second ?? first;
      const change =
        status[0] === "A" ? "added" : status[0] === "D" ? "removed" : status[0] === "R" ? "renamed" : "changed";
      const told: FileChange = { path: file, change, ...(second !== undefined && { from: first }) };
      if (!isRead) return told;
      const before = change === "added" ? undefined : await versionOf(`HEAD:./${first}`, first);
      const after = change === "removed" ? undefined : await versionOf(`:./${file}`, file);
      if (before === "unread" || after === "unread") return told;
      return { ...told, symbols: symbolChanges(before, after) };
    }

    async function versionOf(object: string, file: string): Promise<Version | "unread"> {
      const lines = await git(root, ["cat-file", "blob", object], signal);
      const text = lines?.join("\n") ?? "";
      return lines === undefined || text.length > MOST_UNITS ? "unread" : parsed(text, file, parsers);
    }
  },
});

function parsed(text: string, file: string, parsers: Parsers): Version | "unread" {
  const languageId = languageOfPath(file) ?? "";
  const language = languageSyntax(languageId);
  const tree = language && parsers.for(languageId)?.parse(text);
  if (!language || !tree) return "unread";
  const definitions = definitionsOf(text, tree, language);
  tree.dispose();
  return { text, definitions };
}

/** The lines that git writes; undefined where it fails. */
async function git(root: string, args: string | string[], signal: AbortSignal): Promise<string[] | undefined> {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line) > 0;
  const end = await runGit(root, typeof args === "string" ? args.split(" ") : args, {
    timeoutMs: GIT_LIMIT_MS,
    signal,
    onLine,
  });
  return end === "done" ? lines : undefined;
}
