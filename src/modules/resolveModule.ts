// Resolves a module name to files of the workspace and to declarations of its dependencies.
// Reads only through the workspace, and fails only where the workspace fails: broken configuration resolves to nothing.

import type { Refusal } from "../../common/rules/refusal.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { resolveEcmaScript } from "./ecmaScript.ts";
import { resolveGo } from "./go.ts";
import { resolveInclude } from "./include.ts";
import { resolveJava } from "./java.ts";
import { Lookup, type PathIndex, type Refused, type ResolvedFile } from "./lookup.ts";
import { resolvePython } from "./python.ts";
import { resolveRust } from "./rust.ts";

/** Age at which a resolution is renewed in the background, in milliseconds; callers wait for one that is much older. */
const FRESH_MS = 2_000;
const STALE_MS = 30_000;
const MAX_REMEMBERED = 2_000;

interface Remembered {
  atMs: number;
  files: ResolvedFile[];
  refusals: ReadonlyMap<string, Refusal>;
  isRenewed: boolean; // it is being renewed, or the renewal has failed
}

export class ModuleResolver {
  readonly #lookup: Lookup;
  readonly #nowMs: () => number;
  readonly #remembered = new Map<string, Remembered>(); // in the order of creation

  /** @param index used where a name cannot be resolved from folder to folder */
  constructor(
    workspace: Workspace,
    index: () => PathIndex | undefined = () => undefined,
    nowMs: () => number = Date.now,
  ) {
    this.#lookup = new Lookup(workspace, index, nowMs);
    this.#nowMs = nowMs;
  }

  /**
   * The files that a module name stands for, best first; none where it leads out of the workspace and its dependencies.
   * @param module the module specifier of the import
   * @param refused called for files that the name may mean but that may not be read
   * @param names the imported names; each may be a file of its own (`submodule`)
   */
  async resolve(
    module: string,
    fromPath: string,
    languageId: string,
    refused: Refused = () => {},
    names: readonly string[] = [],
  ): Promise<ResolvedFile[]> {
    const key = [languageId, fromPath, module, ...names].join("\n");
    const make = () => this.#make(key, module, fromPath, languageId, names);
    const known = this.#remembered.get(key);
    const ageMs = known ? this.#nowMs() - known.atMs : 0;
    const holds = known && ageMs >= 0 && ageMs < STALE_MS && (await this.#areReadable(known.files));
    const { files, refusals } = holds ? known : await make();
    if (holds && ageMs >= FRESH_MS && !known.isRenewed) {
      known.isRenewed = true;
      void make().catch(() => {}); // where the workspace fails, the next request tries again
    }
    for (const [path, refusal] of refusals) refused(path, refusal);
    return files;
  }

  /** The text of a resolved file; undefined where it is gone or may not be read. */
  read(file: ResolvedFile, refused?: Refused): Promise<string | undefined> {
    return this.#lookup.read(file, refused);
  }

  async #areReadable(files: readonly ResolvedFile[]): Promise<boolean> {
    const texts = await Promise.all(files.map((file) => this.#lookup.read(file)));
    return texts.every((text) => text !== undefined);
  }

  async #make(
    key: string,
    module: string,
    fromPath: string,
    languageId: string,
    names: readonly string[],
  ): Promise<Remembered> {
    const atMs = this.#nowMs();
    const refusals = new Map<string, Refusal>();
    const refused: Refused = (path, refusal) => refusals.set(path, refusal);
    const found = await resolveIn(languageId, module, fromPath, names, this.#lookup, refused);
    const files = [...new Map(found.map((file) => [file.path, file])).values()];
    const made = { atMs, files: files.filter(({ path }) => path !== fromPath), refusals, isRenewed: false };
    this.#remembered.delete(key);
    this.#remembered.set(key, made);
    if (this.#remembered.size > MAX_REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
    return made;
  }
}

async function resolveIn(
  languageId: string,
  module: string,
  fromPath: string,
  names: readonly string[],
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  switch (languageId) {
    case "typescript":
    case "typescriptreact":
    case "javascript":
    case "javascriptreact":
      return resolveEcmaScript(module, fromPath, lookup, refused);
    case "python":
      return resolvePython(module, fromPath, names, lookup, refused);
    case "go":
      return resolveGo(module, fromPath, lookup, refused);
    case "rust":
      return resolveRust(module, fromPath, names, lookup, refused);
    case "java":
      return resolveJava(module, fromPath, names, lookup, refused);
    case "c":
    case "cpp":
      return resolveInclude(module, fromPath, lookup, refused);
    default:
      return []; // C# names namespaces: the index's definitions find those
  }
}
