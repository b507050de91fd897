// Paths that contain an unchecked input and may therefore leave their folder (CWE-22). Pure.

import type { Code } from "./code.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Calls that open, send, write or remove a file. */
const usesFile =
  /(?:^|\.)(?:readFile|readFileSync|createReadStream|createWriteStream|writeFile|writeFileSync|appendFile|appendFileSync|unlink|unlinkSync|rm|rmSync|rmdir|readdir|readdirSync|stat|statSync|lstat|access|existsSync|copyFile|copyFileSync|rename|renameSync|mkdir|mkdirSync|sendFile|sendfile|download|open|openSync|send_file|FileResponse|remove|unlink|rmtree|listdir|read_text|read_bytes|save|extract|Open|ReadFile|readAllBytes|file_get_contents|include|require|readfile)$/;
/** Calls that make a path. */
const joins = /(?:^|\.)(?:join|resolve|normalize|Path|PurePath|joinpath|Join|Combine|URL|pathToFileURL|get)$/;
const ofPaths =
  /(?:^|[^\w])(?:path|os\.path|posix|win32|filepath|Path|Paths|pathlib|fs|File|Combine|joinpath|join|resolve)(?:\.|$)/;

export function openPaths(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  for (const { callee, args } of code.calls) {
    const makesPath = joins.test(callee) && ofPaths.test(callee) && !/["'`\])]\.join$/.test(callee);
    if (!usesFile.test(callee) && !makesPath) continue;
    for (const [index, arg] of args.entries()) {
      if (index > 0 && !makesPath && !/copy|rename|extract|open/i.test(callee)) break; // only the first is a path
      const expression = code.text.slice(arg.start, arg.end);
      const isUpload =
        /\.save$/.test(callee) && /\.filename\b/.test(expression) && !/secure_filename|basename/.test(expression);
      if (isUpload || (input.comesIn(expression) && !isBody(callee, expression))) found.push(arg);
    }
  }
  return [...found, ...joined(code, input)];
}

/** Whether an argument is no path to a file: that of `open(…)` of a window, dialog or database, or null. */
const isBody = (callee: string, expression: string): boolean =>
  /^(?:window|dialog|modal|db|indexedDB|this|axios|http)\.open$/.test(callee) ||
  /^(?:null|undefined)$/.test(expression);

/** Python's `root / request.args["name"]`, and strings that look like paths with an input in them. */
function joined(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  if (code.languageId === "python") {
    for (const match of code.text.matchAll(
      /(?<![/\w])[\w.()]*(?:[Pp]ath|[Dd]ir|[Rr]oot|[Ff]older|DIR|ROOT|BASE|PATH|FOLDER|UPLOADS?)\w*\)?\s*\/\s*([^\n/]+)/g,
    )) {
      const start = match.index + match[0].length - match[1]!.length;
      if (input.comesIn(match[1]!)) found.push({ start, end: start + match[1]!.length });
    }
  }
  for (const one of code.composed) {
    const isPath =
      /(?:^|[\s"'])\.{1,2}\/[\w./-]*\0|^\/?(?:[\w.-]+\/)*(?:uploads?|files?|public|static|data|tmp|var|home|media|images|assets|storage|docs|logs|templates|backups?|reports?)\/(?:[\w./-]*)\0/i.test(
        one.text,
      );
    const isUrl = one.callees.some(({ callee }) =>
      /fetch|axios|http|request|url|redirect|navigate|push|href/i.test(callee),
    );
    if (isPath && !isUrl && one.holes.some((hole) => input.comesIn(hole))) found.push(one);
  }
  return found;
}
