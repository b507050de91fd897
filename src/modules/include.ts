// Resolves headers of C and C++: beside the file, in the folders above it and their `include` and `src`, otherwise an indexed file whose path
// has the same end. System headers are not found.

import path from "node:path";
import { folderOf } from "../../common/util/folders.ts";
import { foldersUp, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** @param module as between the quotes or angles: "x.h", "lib/x.hpp" */
export async function resolveInclude(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  if (path.posix.extname(module) === "") return []; // <vector>
  const folder = folderOf(fromPath);
  const folders = foldersUp(folder).flatMap((each) => [each, joined(each, "include"), joined(each, "src")]);
  const file =
    (await lookup.firstReadable(
      folders.map((each) => path.posix.join(each, module)),
      refused,
    )) ?? (module.startsWith(".") ? undefined : await lookup.nearestEndingIn([module], fromPath, refused));
  return file ? [file] : [];
}
