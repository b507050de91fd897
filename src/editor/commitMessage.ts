// "Write Commit Message of What Is Staged", in the title of the source-control view: takes what is staged from the editor's own git extension, has the
// agent word it, and fills the view's box. Commits nothing and starts no git.

import path from "node:path";
import * as vscode from "vscode";
import { languageOfPath } from "../../common/syntax/languages.ts";
import {
  type CommitMessage,
  CommitMessageMethod,
  type CommitMessageParams,
  MOST_READ_FILES,
  type StagedFile,
} from "../protocol/commitMessage.ts";
import { askWithProgress, say } from "./asking.ts";
import { filledBox } from "./commitBox.ts";
import type { AgentClient } from "./languageClient.ts";

/** What is used of the git extension's interface, version 1. */
interface GitInterface {
  readonly repositories: readonly GitRepository[];
  getRepository(uri: vscode.Uri): GitRepository | null;
}

interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly state: { readonly indexChanges: readonly GitChange[] };
  status(): Promise<void>;
  show(ref: string, file: string): Promise<string>;
}

interface GitChange {
  readonly status: number;
  readonly uri: vscode.Uri;
  readonly originalUri: vscode.Uri;
  readonly renameUri: vscode.Uri | undefined;
}

/** The git extension's numbers of a staged change; of any other one the file counts as changed. */
const STATUSES: Readonly<Record<number, StagedFile["change"]>> = { 1: "added", 2: "removed", 3: "renamed", 4: "added" };
const [LAST_COMMIT, INDEX] = ["HEAD", ""]; // as git names them before a path's colon

export class CommitMessageCommand {
  readonly #agent: AgentClient;
  readonly #written = new Map<string, string>(); // what was put into a repository's box last

  constructor(agent: AgentClient) {
    this.#agent = agent;
  }

  /** @param view the source control whose button was pressed; the palette's command chooses one */
  async write(view: unknown): Promise<void> {
    const repository = await repositoryOf(view);
    if (!repository) return;
    await repository.status();
    const files = await stagedFiles(repository);
    if (files.length === 0) return say("No commit message: nothing is staged.");
    const params: CommitMessageParams = { files };
    const { write } = CommitMessageMethod;
    const answer = await askWithProgress<CommitMessage>(this.#agent, "Reading what is staged …", write, params);
    if (!answer) return;
    const root = repository.rootUri.toString();
    const filled = filledBox(repository.inputBox.value, answer.message, this.#written.get(root));
    this.#written.set(root, filled.written);
    repository.inputBox.value = filled.text;
    if (files.length > MOST_READ_FILES)
      say(
        `${files.length} files are staged: those after the first ${MOST_READ_FILES} are named without their symbols.`,
      );
  }
}

/** Says why where there is none. */
async function repositoryOf(view: unknown): Promise<GitRepository | undefined> {
  const extension = vscode.extensions.getExtension<{ enabled: boolean; getAPI(version: 1): GitInterface }>(
    "vscode.git",
  );
  const exported = await extension?.activate();
  if (!exported?.enabled) return sayNone("the editor's git extension is switched off, or there is no git");
  const git = exported.getAPI(1);
  const { rootUri } = (view ?? {}) as Partial<vscode.SourceControl>;
  const place = rootUri ?? vscode.window.activeTextEditor?.document.uri;
  const found =
    (place && git.getRepository(place)) ?? (git.repositories.length === 1 ? git.repositories[0] : undefined);
  if (found) return found;
  if (git.repositories.length === 0) return sayNone("no folder of this window is a git repository");
  const items = git.repositories.map((repository) => ({ label: repository.rootUri.fsPath, repository }));
  return (await vscode.window.showQuickPick(items, { title: "A message for what is staged in" }))?.repository;
}

const sayNone = (reason: string): undefined => void say(`No commit message: ${reason}.`);

/** What is staged, with the texts of the files that have a grammar. */
async function stagedFiles(repository: GitRepository): Promise<StagedFile[]> {
  const pathOf = ({ fsPath }: vscode.Uri) => path.relative(repository.rootUri.fsPath, fsPath).replaceAll("\\", "/");
  const read = (ref: string, { fsPath }: vscode.Uri): Promise<string | undefined> =>
    repository.show(ref, fsPath).catch(() => undefined); // a submodule, say: told without its symbols
  return Promise.all(
    repository.state.indexChanges.map(async ({ status, uri, originalUri, renameUri }, at): Promise<StagedFile> => {
      const change = STATUSES[status] ?? "changed";
      const file = change === "renamed" ? (renameUri ?? uri) : uri;
      const told = { path: pathOf(file), change, ...(change === "renamed" && { from: pathOf(originalUri) }) };
      if (at >= MOST_READ_FILES || languageOfPath(told.path) === undefined) return told;
      const before = change === "added" ? undefined : await read(LAST_COMMIT, originalUri);
      const after = change === "removed" ? undefined : await read(INDEX, file);
      return { ...told, before, after };
    }),
  );
}
