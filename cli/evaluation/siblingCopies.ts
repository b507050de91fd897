// Tells wrong lines that copy a sibling: the right form with the wrong names, as it stands elsewhere in the file or in the repository. Lexical, so
// that it holds for every language. Reads files through
// the workspace alone.

import { languageOfPath } from "../../common/syntax/languages.ts";
import type { Workspace } from "../../src/workspace/workspace.ts";
import type { EvaluationCase } from "./cases.ts";

/** The lines of a repository: in which files each stands. */
export class RepositoryLines {
  readonly #pathsByLine = new Map<string, Set<string>>();

  add(path: string, text: string): void {
    for (const line of text.split("\n").map(collapsed)) {
      const paths = this.#pathsByLine.get(line);
      if (paths) paths.add(path);
      else this.#pathsByLine.set(line, new Set([path]));
    }
  }

  /** Whether a line stands in a file other than `path`. */
  standsBeside(path: string, line: string): boolean {
    const paths = this.#pathsByLine.get(collapsed(line));
    return paths !== undefined && (paths.size > 1 || !paths.has(path));
  }
}

/** The lines of a workspace's code. */
export async function linesOf(workspace: Pick<Workspace, "list" | "read">): Promise<RepositoryLines> {
  const lines = new RepositoryLines();
  for (const path of await workspace.list())
    if (languageOfPath(path) !== undefined) lines.add(path, (await workspace.read(path)) ?? "");
  return lines;
}

const collapsed = (line: string): string => line.replace(/\s+/g, " ").trim();

/**
 * Whether the first line of a wrong text has the form of the expected one but other names, and stands with these elsewhere; undefined where the
 * case has no expected text.
 */
export function isSiblingCopy(text: string, value: EvaluationCase, repository?: RepositoryLines): boolean | undefined {
  const { path, prefix, suffix, expected } = value;
  if (expected === null) return undefined;
  const [written = ""] = text.split("\n");
  const [right = ""] = expected.split("\n");
  if (!differsInNamesOnly(written, right)) return false;
  const before = prefix.split("\n");
  const [rest = "", ...after] = suffix.split("\n");
  const line = collapsed(before.at(-1) + written + (text.includes("\n") ? "" : rest));
  const standsInFile = [...before.slice(0, -1), ...after].some((other) => collapsed(other) === line);
  return standsInFile || (repository?.standsBeside(path, line) ?? false);
}

const NAME = /^[\p{L}_$]/u;

/** Whether two texts are the same tokens but for names, of which some differ. */
function differsInNamesOnly(a: string, b: string): boolean {
  const [ofA, ofB] = [tokensOf(a), tokensOf(b)];
  const differing = ofA.filter((token, i) => token !== ofB[i]);
  const isName = (token: string | undefined) => token !== undefined && NAME.test(token);
  return (
    ofA.length === ofB.length &&
    differing.length > 0 &&
    ofA.every((token, i) => token === ofB[i] || (isName(token) && isName(ofB[i])))
  );
}

const tokensOf = (text: string): string[] => text.match(/[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+|\S/gu) ?? [];
