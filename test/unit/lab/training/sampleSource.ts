// A file with a bit of everything, for the tests of training examples.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is source text

export const sampleSource = `import { open, type Handle } from "./handle.ts";
import path from "node:path";

/**
 * A queue with a limit.
 * @param <T> of its items
 */
export class Queue<T> {
  /** Items that wait, oldest first. */
  readonly #items: T[] = [];
  #limit = 16;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Adds an item; gives whether there was room. */
  push(item: T): boolean {
    if (this.#items.length >= this.#limit) return false;
    this.#items.push(item);
    return true;
  }

  /** Takes the oldest item out. */
  take(): T | undefined {
    return this.#items.shift();
  }
}

/** Options of \`copyAll\`. */
export interface CopyOptions {
  overwrite?: boolean;
  onCopied?(from: string, to: string): void;
}

/** Copies files one after the other. */
export async function copyAll(files: string[], target: string, options: CopyOptions = {}): Promise<number> {
  let copied = 0;
  for (const file of files) {
    const handle: Handle = await open(file, { mode: "r" });
    try {
      const to = path.join(target, path.basename(file));
      await handle.copyTo(to, options.overwrite ?? false);
      options.onCopied?.(file, to);
      copied++;
    } finally {
      await handle.close();
    }
  }
  console.log(\`copied \${copied} of \${files.length} files\`);
  return copied;
}

const names = new Map<string, number>([
  ["first", 1],
  ["second", 2],
]);

export const describe = (name: string) => (names.has(name) ? \`\${name} is \${names.get(name)}\` : "unknown");
`;
