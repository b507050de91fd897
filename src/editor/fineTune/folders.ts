// Chooses the workspace folder that a command is about: asks if there are several, and says why if none is suitable.

import * as vscode from "vscode";

export interface Folder {
  root: string; // absolute path
  name: string;
}

/** The folders of this machine; none in a workspace that is not trusted. */
export function ownFolders(): Folder[] {
  if (!vscode.workspace.isTrusted) return [];
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.flatMap(({ uri, name }) => (uri.scheme === "file" ? [{ root: uri.fsPath, name }] : []));
}

export function folderName(root: string): string {
  return ownFolders().find((folder) => folder.root === root)?.name ?? root;
}

/**
 * @param what is to be done, as the beginning of a sentence: "Fine-tuning"
 * @param among those that it can be about; default: all
 * @returns undefined where there is none, which the person has been told, or where they chose none
 */
export async function pickFolder(what: string, among = ownFolders()): Promise<Folder | undefined> {
  if (!vscode.workspace.isTrusted) {
    const manage = "Manage Workspace Trust";
    const why = `${what} works on all files of a workspace, and this one is not trusted.`;
    if ((await vscode.window.showWarningMessage(why, manage)) === manage)
      await vscode.commands.executeCommand("workbench.trust.manage");
    return undefined;
  }
  if (ownFolders().length === 0) {
    const open = "Open Folder…";
    const why = `${what} needs a folder on the disk of this machine, and none is open.`;
    if ((await vscode.window.showWarningMessage(why, open)) === open)
      await vscode.commands.executeCommand("workbench.action.files.openFolder");
    return undefined;
  }
  if (among.length < 2) return among[0];
  const items = among.map((folder) => ({ label: folder.name, description: folder.root, folder }));
  return (await vscode.window.showQuickPick(items, { title: `${what}: in which folder?` }))?.folder;
}
