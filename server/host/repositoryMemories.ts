// The texts of the workspaces' files as clients have sent them, and for each model that asked what they are in its tokens. Tokens are made in the
// background, in short slices; what is not there yet is not found. Reads no files.

import { inSlices } from "../../common/util/slices.ts";
import { RepositoryMemory } from "../engine/memory/repositoryMemory.ts";
import { LineEncoder } from "../engine/prompt/lineEncoder.ts";
import type { Tokenizer } from "../engine/tokenizer/tokenizer.ts";
import { MEMORY_LIMITS } from "./protocol/limits.ts";
import type { RememberParams, RememberResult } from "./protocol/messages.ts";

/** How long tokens are made before other work gets its turn, in milliseconds. */
const SLICE_MS = 4;

interface Workspace {
  texts: Map<string, string>; // by path
  chars: number;
  users: Set<object>;
  memories: Map<string, FedMemory>; // by model id
}

export class RepositoryMemories {
  readonly #workspaces = new Map<string, Workspace>();
  readonly #unknown = emptyWorkspace(); // stands for each workspace that no client has told of yet

  /**
   * Takes texts in place of older ones of the same paths, or removes them.
   * @param client holds the workspace until it leaves
   */
  remember({ workspace: name, files }: RememberParams, client: object): RememberResult {
    const workspace = this.#workspace(name);
    workspace.users.add(client);
    let refused = 0;
    for (const { path, text } of files) if (!this.#put(workspace, path, text)) refused++;
    for (const memory of workspace.memories.values()) memory.feed(files.map(({ path }) => path));
    return { chars: workspace.chars, refused };
  }

  /** The client is gone, and with its last client a workspace. */
  left(client: object): void {
    for (const [name, workspace] of this.#workspaces) {
      if (workspace.users.delete(client) && workspace.users.size === 0) this.#workspaces.delete(name);
    }
  }

  /** What the model finds in the workspace; empty where no client has sent anything. */
  of(name: string, modelId: string, tokenizer: Tokenizer): RepositoryMemory {
    return this.#fed(name, modelId, tokenizer).memory;
  }

  /** Resolves once all texts are in the model's memory. */
  settled(name: string, modelId: string, tokenizer: Tokenizer): Promise<void> {
    return this.#fed(name, modelId, tokenizer).settled;
  }

  #fed(name: string, modelId: string, tokenizer: Tokenizer): FedMemory {
    const workspace = this.#workspaces.get(name) ?? this.#unknown;
    let found = workspace.memories.get(modelId);
    if (!found) {
      workspace.memories.set(modelId, (found = new FedMemory(tokenizer, workspace.texts)));
      found.feed([...workspace.texts.keys()]);
    }
    return found;
  }

  #workspace(name: string): Workspace {
    let workspace = this.#workspaces.get(name);
    if (!workspace) this.#workspaces.set(name, (workspace = emptyWorkspace()));
    return workspace;
  }

  #put(workspace: Workspace, path: string, text: string | undefined): boolean {
    const old = workspace.texts.get(path);
    workspace.texts.delete(path);
    workspace.chars -= old?.length ?? 0;
    if (text === undefined) return true;
    const all = [...this.#workspaces.values()].reduce((sum, { chars }) => sum + chars, 0);
    const { fileChars, workspaceChars, allChars } = MEMORY_LIMITS;
    if (text.length > fileChars || workspace.chars + text.length > workspaceChars) return false;
    if (all + text.length > allChars) return false;
    workspace.texts.set(path, text);
    workspace.chars += text.length;
    return true;
  }
}

const emptyWorkspace = (): Workspace => ({ texts: new Map(), chars: 0, users: new Set(), memories: new Map() });

/** A memory, and what is still to be read into it. */
class FedMemory {
  readonly memory = new RepositoryMemory();
  readonly #tokenizer: Tokenizer;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #changed = new Set<string>(); // paths, the first to be read first
  #feeding: Promise<void> | undefined;

  constructor(tokenizer: Tokenizer, texts: ReadonlyMap<string, string>) {
    this.#tokenizer = tokenizer;
    this.#texts = texts;
  }

  get settled(): Promise<void> {
    return this.#feeding ?? Promise.resolve();
  }

  feed(paths: readonly string[]): void {
    for (const path of paths) this.#changed.add(path);
    this.#feeding ??= this.#feedAll();
  }

  async #feedAll(): Promise<void> {
    await undefined; // so that #feeding is set before it is over
    await inSlices(this.#read(), undefined, SLICE_MS);
    this.#feeding = undefined;
  }

  *#read(): Generator<void, void> {
    const encoder = new LineEncoder(this.#tokenizer);
    for (const path of this.#changed) {
      const text = this.#texts.get(path);
      this.#changed.delete(path);
      if (text === undefined) this.memory.remove(path);
      else {
        const tokens: number[] = [];
        for (const part of encoder.parts(text)) {
          for (const token of part) tokens.push(token);
          yield;
        }
        this.memory.set(path, tokens);
      }
      if (this.memory.needsCompaction) yield* this.memory.compact();
    }
  }
}
