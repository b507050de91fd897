// Chooses the pieces of the workspace that go with a prompt, in an order that stays the same from one keystroke to the next.
// Must not fail a completion: what is late or unreadable is dropped with a reason.

import type { ContextPiece, DroppedPiece } from "../../server/protocol/messages.ts";
import type { OpenDocument } from "./documents.ts";
import type { Workspace } from "./workspace.ts";

/** @param offset the cursor, in UTF-16 units of the document's text */
export async function gather(
  _document: OpenDocument,
  _offset: number,
  _workspace: Workspace,
  _signal: AbortSignal,
): Promise<{ pieces: ContextPiece[]; dropped: DroppedPiece[] }> {
  return { pieces: [], dropped: [] };
}
