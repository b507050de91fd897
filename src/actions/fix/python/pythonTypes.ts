// What Sotto asks of a tool that knows the types of Python, and where such tools are installed. Starts nothing.

import { existsSync } from "node:fs";
import path from "node:path";
import type { Problem } from "../../../typescript/problems.ts";

/** Codes of problems that such a tool finds: TypeScript has none below 1,000, and `PythonProblem` the first two. */
export const TYPES_CODE = 100;

export interface PythonTypes {
  readonly program: string; // its path
  /** The errors of a file with this text, in UTF-16 units; undefined where the tool says nothing that can be used. */
  problems(file: string, text: string): Promise<Problem[] | undefined>;
  /** The names that may stand at a place of the text; absent where the tool does not tell. */
  namesAt?(file: string, text: string, offset: number): Promise<string[]>;
  /** Ends what it has started. */
  dispose?(): void;
}

/** Environments in a workspace, and the folder in which npm puts programs. */
const FOLDERS = [".venv", "venv"];
const OF_NPM = path.join("node_modules", ".bin");

/** @returns the path of a program: of the workspace's own environment, otherwise of the PATH; undefined where none is installed */
export function programOf(name: string, root: string, environmentPath = process.env.PATH ?? ""): string | undefined {
  const isWindows = process.platform === "win32";
  const own = [
    ...FOLDERS.map((folder) => path.join(folder, isWindows ? "Scripts" : "bin")),
    ...(isWindows ? [] : [OF_NPM]),
  ];
  const others = environmentPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return [...own.map((folder) => path.join(root, folder)), ...others]
    .map((folder) => path.join(folder, isWindows ? `${name}.exe` : name))
    .find((file) => existsSync(file));
}
