// How many lines of real code the filter of insecure code would withhold, if each were suggested at its place: most of real code is harmless, so
// that nearly each alarm is a false one; they are printed, to be read.
//
// node lab/evaluate/insecureAlarms.ts FOLDER …

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { createParsers } from "../../common/syntax/parsers.ts";
import { placeOf, regionOf } from "../../src/completion/place.ts";
import { codeBefore, isInsecure } from "../../src/completion/postprocess/insecure.ts";
import { openDocument } from "../../src/workspace/documents.ts";

const LANGUAGES: Readonly<Record<string, string>> = {
  ".ts": "typescript",
  ".tsx": "typescriptreact",
  ".js": "javascript",
  ".jsx": "javascriptreact",
  ".mjs": "javascript",
  ".py": "python",
  ".go": "go",
  ".java": "java",
  ".cs": "csharp",
  ".rs": "rust",
  ".c": "c",
  ".cpp": "cpp",
  ".php": "php",
  ".rb": "ruby",
};
const MAX_FILE_UNITS = 300_000;
const MAX_LINE_UNITS = 400;

const { positionals: folders } = parseArgs({ allowPositionals: true });
const parsers = await createParsers("native");

for (const folder of folders) {
  let lines = 0;
  let ms = 0;
  const alarms: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const languageId = LANGUAGES[path.extname(name)];
    if (languageId === undefined || /(?:^|\/)(?:node_modules|dist|\.git)\//.test(name)) continue;
    const text = readFileSync(path.join(folder, name), "utf8").replace(/\r\n?/g, "\n");
    if (text.length > MAX_FILE_UNITS) continue;
    const document = openDocument({ uri: `file:///${encodeURI(name)}`, path: name, languageId, text }, parsers);
    let start = 0;
    for (const line of text.split("\n")) {
      const said = line.trimStart();
      const offset = start + line.length - said.length;
      start += line.length + 1;
      if (said === "" || said.length > MAX_LINE_UNITS) continue;
      const place = placeOf({ document, offset });
      if (typeof place === "string" || regionOf(place) === "comment") continue;
      lines++;
      const before = codeBefore(place);
      const startMs = performance.now();
      if (isInsecure(before, said, "", languageId)) alarms.push(`${name}: ${said}`);
      ms += performance.now() - startMs;
    }
  }
  console.log(
    `${folder}: ${alarms.length} of ${lines} lines are withheld; ${(ms / Math.max(1, lines)).toFixed(2)} ms a line`,
  );
  for (const alarm of alarms) console.log(`  ${alarm}`);
}
