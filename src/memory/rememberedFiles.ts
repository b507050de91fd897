// Which files of a workspace the model host is to remember, and their texts: code that may be read, without its secrets, the nearest to the open
// files first. Sends nothing.

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { commonFolders } from "../../common/util/folders.ts";
import { MEMORY_LIMITS } from "../../server/host/protocol/limits.ts";
import type { RememberParams } from "../../server/host/protocol/messages.ts";
import type { Workspace } from "../workspace/workspace.ts";

export type RememberedFile = RememberParams["files"][number];

export const isRemembered = (path: string): boolean => languageOfPath(path) !== undefined;

/** A file as the host is to remember it; without a text where it is gone, may not be read, or is too large. */
export async function rememberedFile(workspace: Workspace, path: string): Promise<RememberedFile> {
  const text = await workspace.read(path);
  if (text === undefined || text.length > MEMORY_LIMITS.fileChars) return { path };
  const safe = redactSecrets(text).text;
  return safe.length > MEMORY_LIMITS.fileChars ? { path } : { path, text: safe };
}

/**
 * The files of the workspace, in messages of a size that the host takes, until its room for a workspace is used up.
 * @param openPath a file that a person works in: files near it come first
 */
export async function* rememberedFiles(workspace: Workspace, openPath = ""): AsyncGenerator<RememberedFile[]> {
  const { workspaceChars, messageChars, filesInMessage } = MEMORY_LIMITS;
  const paths = (await workspace.list()).filter(isRemembered);
  const nearness = new Map(paths.map((path) => [path, commonFolders(path, openPath)]));
  let message: RememberedFile[] = [];
  let chars = 0;
  let total = 0;
  for (const path of paths.toSorted((a, b) => nearness.get(b)! - nearness.get(a)!)) {
    const file = await rememberedFile(workspace, path);
    const units = file.text?.length;
    if (units === undefined || total + units > workspaceChars) continue;
    if (message.length === filesInMessage || chars + units > messageChars) {
      yield message;
      message = [];
      chars = 0;
    }
    message.push(file);
    chars += units;
    total += units;
  }
  if (message.length > 0) yield message;
}
