// A small workspace folder on disk, its projects, and what they say of a drawn insertion ("const a = ├f(1);┤").

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import ts from "typescript";
import { slashed } from "../../../src/typescript/projectFiles.ts";
import { Projects } from "../../../src/typescript/projects.ts";
import { drawn } from "../completion/drawn.ts";

export const STRICT_CONFIG = JSON.stringify({
  compilerOptions: { strict: true, lib: ["ES2022"], types: [], module: "ESNext", moduleResolution: "Bundler" },
});

export interface Folder {
  root: string;
  projects: Projects;
  write(name: string, text: string): void;
  /** "kind name" of each unknown, or the reason for no answer. */
  unknown(name: string, drawing: string): Promise<string>;
}

export function folderOf(context: Pick<TestContext, "after">, files: Readonly<Record<string, string>>): Folder {
  const root = slashed(realpathSync(mkdtempSync(path.join(os.tmpdir(), "sotto-typescript-"))));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const projects = new Projects(ts, { root });
  return {
    root,
    projects,
    write,
    async unknown(name, drawing) {
      const { prefix, middle, suffix, replaceAfter } = drawn(drawing);
      const file = `${root}/${name}`;
      projects.setText(file, prefix + suffix);
      const problem = await projects.build(file);
      if (problem) return problem;
      const answer = projects.unknownIn(file, { offset: prefix.length, text: middle, replaceAfter });
      if ("reason" in answer) return answer.reason;
      return answer.unknown.map(({ kind, name }) => `${kind} ${name}`).join(", ");
    },
  };
}
