// The files of a workspace to learn from, and the reason why each other file is left out. Reads only what the workspace's rules allow, one file
// at a time, and only as many as the size limit allows.

import { Cancelled } from "../../common/errors.ts";
import { secretsIn } from "../../common/rules/redactSecrets.ts";
import type { Workspace } from "../../src/workspace/workspace.ts";
import type { SourceFile } from "../sourceFile.ts";
import { cleanText } from "./cleanText.ts";
import type { Drop, DropCount } from "./drops.ts";
import { SeenFiles } from "./duplicates.ts";
import { SeededRandom, shuffled } from "./seededRandom.ts";
import { textFault } from "./textFaults.ts";
import { foreignHeader, workspaceLicences } from "./workspaceLicences.ts";
import { dropOfPath, isTestPath } from "./workspacePaths.ts";

export interface WorkspaceFile extends SourceFile {
  bytes: number;
}

const MAX_BYTES = 6_000_000;
const MAX_TEST_SHARE = 0.25;
const MIN_UNITS = 200;
const MAX_UNITS = 400_000;
/** A header at the top of more than this share of the files is considered the workspace's own. */
const MOST = 0.5;

/** The paths to learn from; the others are counted by reason. Reads no files except those that state a licence. */
export async function candidatePaths(workspace: Workspace, drops: DropCount): Promise<CandidatePaths> {
  const listed = await workspace.list((path, refusal) => drops.add(path, refusal));
  const { own, foreignFolders } = await workspaceLicences(workspace, listed);
  const paths = listed.filter((path) => {
    const isForeign = foreignFolders.some((folder) => path.startsWith(folder));
    const drop = dropOfPath(path) ?? (isForeign ? "licence" : undefined);
    if (drop) drops.add(path, drop);
    return !drop;
  });
  return { paths, own };
}

export interface CandidatePaths {
  paths: string[];
  own: Awaited<ReturnType<typeof workspaceLicences>>["own"];
}

/**
 * Reads the candidates, most recently changed first, until the size limit is reached.
 * @param changedAt when a file was last changed, by any clock; files of the same time are ordered by the seed
 * @throws Cancelled
 */
export async function readWorkspaceFiles(
  workspace: Workspace,
  { paths, own }: CandidatePaths,
  changedAt: (path: string) => number,
  seed: number,
  drops: DropCount,
  signal: AbortSignal,
  maxBytes: number = MAX_BYTES,
): Promise<WorkspaceFile[]> {
  const order = shuffled(paths, new SeededRandom(seed)).sort((a, b) => changedAt(b) - changedAt(a));
  const seen = new SeenFiles();
  const kept: (WorkspaceFile & { header?: string })[] = [];
  const bytes = { code: 0, tests: 0 };
  for (const path of order) {
    if (signal.aborted) throw new Cancelled();
    const part = isTestPath(path) ? "tests" : "code";
    if (bytes.code + bytes.tests >= maxBytes) drops.add(path, "sizeCap");
    else if (part === "tests" && bytes.tests >= maxBytes * MAX_TEST_SHARE) drops.add(path, "tests");
    else {
      const read = await readOne(workspace, path);
      const drop = "drop" in read ? read.drop : seen.add(read.text);
      if (drop) drops.add(path, drop);
      else if ("text" in read) {
        const file = {
          path,
          text: read.text,
          bytes: Buffer.byteLength(read.text),
          header: foreignHeader(read.raw, own),
        };
        kept.push(file);
        bytes[part] += file.bytes;
      }
    }
  }
  const allowed = withinTestShare(withoutForeign(kept, drops), drops);
  return allowed.map(({ path, text, bytes }) => ({ path, text, bytes })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readOne(workspace: Workspace, path: string): Promise<{ raw: string; text: string } | { drop: Drop }> {
  let refusal: Drop | undefined;
  const raw = await workspace.read(path, (why) => (refusal = why));
  if (raw === undefined) return { drop: refusal ?? "unreadable" };
  if (raw.length > MAX_UNITS) return { drop: "tooLarge" };
  if (raw.includes("\u0000") || raw.includes("\ufffd")) return { drop: "binary" };
  if (secretsIn(raw).length > 0) return { drop: "secret" };
  const text = cleanText(raw);
  if (text.length < MIN_UNITS) return { drop: "short" };
  const fault = textFault(text, true);
  if (fault === undefined || fault === "nonAscii") return { raw, text };
  return { drop: fault };
}

/** Leaves out files whose header names a forbidding licence, unless most of all files have that header. */
function withoutForeign<File extends { path: string; header?: string }>(
  files: readonly File[],
  drops: DropCount,
): File[] {
  const counts = new Map<string, number>();
  for (const { header } of files) if (header !== undefined) counts.set(header, (counts.get(header) ?? 0) + 1);
  return files.filter(({ path, header }) => {
    const isForeign = header !== undefined && counts.get(header)! <= files.length * MOST;
    if (isForeign) drops.add(path, "licence");
    return !isForeign;
  });
}

/** Includes test files up to their share of the bytes, in the given order. */
function withinTestShare<File extends { path: string; bytes: number }>(
  files: readonly File[],
  drops: DropCount,
): File[] {
  const code = files.filter(({ path }) => !isTestPath(path)).reduce((sum, { bytes }) => sum + bytes, 0);
  let left = (code * MAX_TEST_SHARE) / (1 - MAX_TEST_SHARE);
  return files.filter(({ path, bytes }) => {
    if (!isTestPath(path)) return true;
    const isIn = bytes <= left;
    if (isIn) left -= bytes;
    else drops.add(path, "tests");
    return isIn;
  });
}
