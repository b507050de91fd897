// `sotto commit-message`: a message for what is staged, of facts alone. Writes nothing and asks no model.

import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { runGit } from "../../finetune/data/git.ts";
import { type FileChange, messageOf } from "../../src/actions/commitMessage/message.ts";
import { changeOf } from "../../src/actions/commitMessage/stagedFile.ts";
import { MOST_READ_FILES, type StagedFile } from "../../src/protocol/commitMessage.ts";
import { defineCommand } from "../command.ts";
import { workspaceRoot } from "../sourceFile.ts";

const GIT_LIMIT_MS = 20_000;

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
      const told: StagedFile = { path: file, change, ...(second !== undefined && { from: first }) };
      const before = isRead && change !== "added" ? await textOf(`HEAD:./${first}`) : undefined;
      const after = isRead && change !== "removed" ? await textOf(`:./${file}`) : undefined;
      return changeOf({ ...told, before, after }, parsers);
    }

    async function textOf(object: string): Promise<string | undefined> {
      return (await git(root, ["cat-file", "blob", object], signal))?.join("\n");
    }
  },
});

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
