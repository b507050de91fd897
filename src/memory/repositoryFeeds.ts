// The feeds of a window's workspace folders: opened while their files may be remembered. Knows the editor's URIs; sends nothing itself.

import { createHash } from "node:crypto";
import { folderWorkspace } from "../workspace/workspace.ts";
import { RepositoryFeed, type RepositoryFeedOptions } from "./repositoryFeed.ts";

export interface RepositoryFeedsOptions extends Pick<RepositoryFeedOptions, "hostPid" | "remember" | "log"> {
  roots: readonly string[]; // of the workspace folders
  exclude: () => readonly string[];
  rootOf: (uri: string) => string | undefined;
  relativePath: (uri: string) => string;
  openUris: () => readonly string[];
}

export class RepositoryFeeds {
  readonly #options: RepositoryFeedsOptions;
  readonly #feeds = new Map<string, RepositoryFeed>(); // by root
  #exclude = "";

  constructor(options: RepositoryFeedsOptions) {
    this.#options = options;
  }

  /** Opens or closes the feeds; opens them anew where other files are excluded than before. */
  use(on: boolean): void {
    const exclude = JSON.stringify(this.#options.exclude());
    if (!on || exclude !== this.#exclude) {
      for (const feed of this.#feeds.values()) feed.close();
      this.#feeds.clear();
    }
    this.#exclude = exclude;
    if (!on) return;
    for (const root of this.#options.roots) {
      if (!this.#feeds.has(root)) this.#feeds.set(root, this.#feedOf(root));
    }
    this.hostChanged();
  }

  /**
   * What the host remembers for a document: the folder's name there, and the version of what stands beside the document. Undefined where
   * it remembers nothing.
   */
  memoryOf(uri: string): { name: string; version: number } | undefined {
    const { rootOf, relativePath } = this.#options;
    const feed = this.#feeds.get(rootOf(uri) ?? "");
    return feed && { name: feed.name, version: feed.versionBeside(relativePath(uri)) };
  }

  hostChanged(): void {
    for (const feed of this.#feeds.values()) feed.hostChanged();
  }

  filesChanged(uris: readonly string[]): void {
    const { rootOf, relativePath } = this.#options;
    for (const [root, feed] of this.#feeds) {
      const own = uris.filter((uri) => rootOf(uri) === root);
      if (own.length > 0) feed.changed(own.map(relativePath));
    }
  }

  #feedOf(root: string): RepositoryFeed {
    const { exclude, rootOf, relativePath, openUris, ...host } = this.#options;
    return new RepositoryFeed({
      ...host,
      name: nameOf(root, exclude()),
      open: () => folderWorkspace(root, exclude),
      openPath: () => {
        const uri = openUris().find((one) => rootOf(one) === root);
        return uri === undefined ? undefined : relativePath(uri);
      },
    });
  }
}

/** The same for windows that may read the same files of the same folder. */
const nameOf = (root: string, exclude: readonly string[]): string =>
  createHash("sha256")
    .update(JSON.stringify([root, exclude]))
    .digest("hex")
    .slice(0, 32);
