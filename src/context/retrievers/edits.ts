// Recent edits as small diffs: a change made elsewhere in the workspace is likely to be made here too.

import { renderHunk } from "../sources/recentEdits.ts";
import type { Candidate, Retriever } from "./retriever.ts";

const MAX_HUNKS = 8;

/** The age at which an edit counts half, in milliseconds. */
const HALF_LIFE_MS = 5 * 60_000;

export const editsRetriever: Retriever = {
  kind: "edit",
  async retrieve({ nowMs, path, visible }, { sources }) {
    const hunks = (await sources.edits?.recent({ nowMs, limit: MAX_HUNKS })) ?? [];
    return hunks
      .filter((hunk) => hunk.path !== path || hunk.endLine <= visible.startLine || hunk.startLine >= visible.endLine)
      .map((hunk): Candidate => {
        const { startLine, endLine, atMs } = hunk;
        const edit = 0.5 ** (Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
        return { kind: "edit", path: hunk.path, startLine, endLine, text: renderHunk(hunk), features: { edit } };
      });
  },
};
