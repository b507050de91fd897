// Paths that contain an unchecked input and may therefore leave their folder (CWE-22). Pure.

import { type Code, HOLE } from "./code.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Calls that open, send, write or remove a file. */
const usesFile =
  /(?:^|\.)(?:readFile|readFileSync|createReadStream|createWriteStream|writeFile|writeFileSync|appendFile|appendFileSync|unlink|unlinkSync|rm|rmSync|rmdir|readdir|readdirSync|stat|statSync|lstat|access|existsSync|copyFile|copyFileSync|rename|renameSync|mkdir|mkdirSync|sendFile|sendfile|download|open|openSync|send_file|FileResponse|remove|rmtree|listdir|read_text|read_bytes|save|extract|Open|ReadFile|readAllBytes|file_get_contents|include|include_once|require|require_once|readfile|fopen|move_uploaded_file|ServeFile|(?:c|ctx|e)\.(?:File|Attachment|Inline|SendFile|Download|SaveFile|FileFromFS)|FileAttachment|SaveUploadedFile|FileInputStream|FileOutputStream|FileReader|FileWriter|RandomAccessFile|FileSystemResource|UrlResource|newInputStream|newOutputStream|newBufferedReader|readString|readAllLines|transferTo|PhysicalFile|PhysicalFileResult|VirtualFileResult|TransmitFile|WriteFile|MapPath|Results\.File|SendFile|getResource|getResourceAsStream|getFile|h\.file|response\.file|web\.FileResponse|makedirs|chmod|truncate|symlink|openSync|opendir|cp|cpSync|rmSync|readlink|watch|createFile|ensureDir|emptyDir|outputFile|readJson|readJSON|writeJson|pathExists|ReadAllLines|ReadAllLinesAsync|AppendAllText\w{0,5}|ReadLines|GetFiles|EnumerateFiles|CreateDirectory|ReadAllTextAsync|ReadAllBytes|ReadAllBytesAsync|WriteAllText|WriteAllBytes|WriteAllTextAsync|ExtractToFile|FileStream|StreamReader|StreamWriter|SendFileAsync|fs::(?:read|write|remove_file|read_to_string|remove_dir_all|read_dir|create_dir_all|copy|rename|metadata)|File::(?:open|create|create_new)|(?:std::)?(?:ifstream|ofstream|fstream)(?:\s\w{1,30})?|QFile|(?:std::)?(?:filesystem|fs)::(?:remove|remove_all|copy|copy_file|exists|create_directories|rename)|freopen|unlinkat|newFileResponse|set_static_file_info(?:_unsafe)?|set_file_content|mg_http_serve_file|sendfile|access|stat|lstat|rmdir|mkdir|NamedFile::open|unpack_archive|part\w{0,20}\.write|mv|(?:file|upload\w{0,6}|photo|image|avatar|document|attachment)\.(?:move|moveTo|storeAs)|(?:^|[.:])Storage::\w{3,12}|Storage::disk\([^()]{0,40}\)\.(?:get|put|delete|download|exists|readStream|response)|(?:os|ioutil|afero|File|Directory|FileInfo|AppendAll|io)\.(?:Create|Delete|Remove|RemoveAll|OpenRead|OpenWrite|OpenText|ReadDir|WriteFile|OpenFile|MkdirAll|ReadAllText))$/;
/** Calls that make a path. */
const joins =
  /(?:^|\.)(?:join|resolve|resolveSibling|normalize|Path|PurePath|joinpath|Join|Combine|URL|pathToFileURL|get)$/;
const ofPaths =
  /(?:^|[^\w])(?:path|os\.path|posix|win32|filepath|Path|Paths|pathlib|fs|File|Combine|joinpath|join|resolve)(?:\.|$)/;

/** `root / name`: a whole operand of Python's, and what it is divided by. */
const divided = /(?<![\w.()/])[\w.()]+(?=(\s*\/\s*)([^\n/]+))/g;
const folderName = /[Pp]ath|[Dd]ir|[Rr]oot|[Ff]older|^[A-Z][A-Z_]+$/;
const MADE_UNITS = 80;
const folderInPath =
  /(?:^|\/)(?:uploads?|files?|public|static|data|tmp|var|home|media|images|assets|storage|docs|logs|templates|backups?|reports?)\//i;

/** Methods of Python's paths that use the file of the path that they belong to. */
const ofPath = /^(\w{1,60})\.(?:read_text|read_bytes|write_text|write_bytes|open|unlink|rmdir|iterdir)$/;

export function openPaths(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  if (code.languageId === "python") found.push(...usedPaths(code, input));
  found.push(...addedParts(code, input));
  const roots = code.languageId === "go" ? rootNames(code) : new Set<string>();
  for (const { callee, args, start, end } of code.calls) {
    if (code.text[start - 1] === "@") continue; // an annotation
    if (isUnpacking(code, callee, args)) found.push({ start, end });
    if (roots.has(callee.split(".").at(-2) ?? "")) continue;
    const isJava = /^(?:java|kotlin|groovy)$/.test(code.languageId);
    const makesPath =
      (joins.test(callee) && ofPaths.test(callee) && !isOtherJoin(code, callee, args, start)) ||
      (isJava && /(?:\.resolve|(?:^|\s)File)$/.test(callee));
    const isFile =
      /(?:^|\.)(?:cb|callback|done)$/.test(callee) &&
      /\bdiskStorage\b|\bdestination\s?[:,]|\bfilename\s?[:(]/.test(code.text);
    const opensStream =
      code.languageId === "cpp" &&
      /\b[io]?fstream\s{1,4}$/.test(code.text.slice(Math.max(0, start - MADE_UNITS), start));
    if (!usesFile.test(callee) && !makesPath && !isFile && !opensStream) continue;
    const made =
      makesPath &&
      /(?<![\w$])([A-Za-z_$][\w$]{0,60})\s{0,4}:?=\s{0,4}(?:new\s{1,4})?$/.exec(
        code.text.slice(Math.max(0, start - MADE_UNITS), start),
      )?.[1];
    const held = made || heldBy(code.text, start);
    if (held && input.isChecked(held)) continue; // what was made is looked at afterwards
    if (/\.sendFile$/.test(callee) && /\broot\s*:/.test(code.text.slice(start, end))) continue; // Express keeps it below its root
    for (const [index, arg] of args.entries()) {
      if (
        index > 0 &&
        !makesPath &&
        !isFile &&
        !/\.move$|moveTo|storeAs|copy|rename|extract|open|ServeFile|move_|SaveUploaded|Stream|SaveFile|serve_file|FileFromFS/i.test(
          callee,
        )
      )
        break; // only the first is a path
      if (
        isFile &&
        !/\.(?:originalname|filename)\b|req\.(?:body|query|params)/.test(code.text.slice(arg.start, arg.end))
      )
        continue;
      const expression = code.text.slice(arg.start, arg.end);
      const isUpload =
        /\.save$/.test(callee) && /\.filename\b/.test(expression) && !/secure_filename|basename/.test(expression);
      if (isUpload || (input.comesIn(expression) && !isBody(callee, expression))) found.push(arg);
    }
  }
  return [...found, ...joined(code, input)];
}

/** Whether "join" or "resolve" means something else: of texts, of promises and containers, of parts of an address. */
const isOtherJoin = ({ text, languageId }: Code, callee: string, args: readonly Span[], at: number): boolean =>
  /["'`\])]\.join$/.test(callee) ||
  (args.length < 2 &&
    /(?:^|\.)resolve$/.test(callee) &&
    !/(?:path|posix|win32|dir\w{0,10}|root|folder|base)\.resolve$/i.test(callee)) ||
  (languageId === "go" &&
    callee === "path.Join" &&
    /UR[LI]|Url|Uri|[lL]ink|Subpath|"Location"/.test(text.slice(text.lastIndexOf("\n", at) + 1).split("\n", 1)[0]!));

/** Methods and operators that add a part to a path under its name, by language. */
const addsPart: readonly { languages: RegExp; made: RegExp; added: RegExp }[] = [
  {
    languages: /^rust$/,
    made: /\blet mut (\w{1,60})(?::\s?PathBuf)?\s?=\s?[^;\n]{0,120}(?:PathBuf|\.to_path_buf\(\)|\.join\()/g,
    added: /(?<![\w.])(\w{1,60})\.(?:push|set_file_name)\(([^\n]{1,120}?)\);/g,
  },
  {
    languages: /^cpp$/,
    made: /\bpath\s{1,4}(\w{1,60})\s?[=({;]/g,
    added: /(?<![\w.])(\w{1,60})(?:\s?\/=\s?|\.append\()([^;\n]{1,120});/g,
  },
];

/** `path.push(&input.name)` */
function addedParts({ text, languageId }: Code, input: Input): Span[] {
  const known = addsPart.find(({ languages }) => languages.test(languageId));
  if (!known) return [];
  const paths = new Set([...text.matchAll(known.made)].map(([, name]) => name));
  return [...text.matchAll(known.added)]
    .filter(([, name, value]) => paths.has(name) && input.comesIn(value!) && !input.isChecked(name!))
    .map(({ index, 0: { length } }) => ({ start: index, end: index + length }));
}

/** Names of Go's roots, out of which no path leads. */
const rootNames = ({ text }: Code): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/\b(\w{1,60})\s{1,4}\*os\.Root\b|\b(\w{1,60}),\s?\w{1,20}\s?:?=\s?os\.OpenRoot\(/g)].map(
      ([, one, other]) => one ?? other!,
    ),
  );

/** `path.read_text()`, where the path was put together from an input; calls without arguments, too. */
function usedPaths({ text, lexemes }: Code, input: Input): Span[] {
  return lexemes.flatMap((lexeme, i) => {
    const [link, method, open] = lexemes.slice(i + 1, i + 4);
    if (lexeme.kind !== "name" || link?.text !== "." || open?.text !== "(") return [];
    const isUsed = ofPath.test(`${lexeme.text}.${method!.text}`) && /path|dest|target|file/i.test(lexeme.text);
    return isUsed && input.comesIn(lexeme.text)
      ? [{ start: lexeme.start, end: text.indexOf("(", method!.end) + 1 }]
      : [];
  });
}

/** The name that the result of a whole statement of Python is given to: `target = (root / name).resolve()`. */
const heldBy = (text: string, at: number): string =>
  /^\s{0,60}(\w{1,60})(?::\s?\w{1,20})?\s?=(?!=)/.exec(text.slice(text.lastIndexOf("\n", at) + 1, at))?.[1] ?? "";

/** Python's `extractall` of a tar archive without a filter, or with one that trusts all: names in it may lead out of the folder. */
function isUnpacking({ languageId, text }: Code, callee: string, args: readonly Span[]): boolean {
  if (languageId !== "python" || !/(?:^|\.)extract(?:all)?$/.test(callee)) return false;
  if (args.some(({ start, end }) => /^filter\s?=\s?["']fully_trusted/.test(text.slice(start, end)))) return true;
  if (!callee.endsWith("all")) return false;
  if (args.some(({ start, end }) => /^(?:filter|members)\s?=/.test(text.slice(start, end)))) return false;
  return /\btarfile\b|\btar\b/.test(text) && !/zipfile|ZipFile/.test(text);
}

/** Whether an argument is no path to a file: that of `open(…)` of a window, dialog or database, or null. */
const isBody = (callee: string, expression: string): boolean =>
  /^(?:window|dialog|modal|db|indexedDB|this|axios|http)\.open$/.test(callee) ||
  /^(?:null|undefined)$/.test(expression);

/** Python's `root / request.args["name"]`, and strings that look like paths with an input in them. */
function joined(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  if (code.languageId === "python") {
    for (const { index, 0: left, 1: slash, 2: right } of code.text.matchAll(divided)) {
      const name = left.replace(/\)$/, "").split(/[.()]/).at(-1)!;
      const start = index + left.length + slash!.length;
      const held = heldBy(code.text, index);
      if (held && input.isChecked(held)) continue;
      const isUpload = /^\s*\w{1,40}\.filename\b/.test(right!) && !input.isChecked(right!.trim());
      if ((folderName.test(name) && input.comesIn(right!)) || isUpload)
        found.push({ start, end: start + right!.length });
    }
  }
  for (const one of code.composed) {
    const before = one.text.split(HOLE, 1)[0]!;
    const isPath =
      /(?:^|[\s"'])\.{1,2}\/[\w./-]*\0/.test(one.text) ||
      (folderInPath.test(before) && /^[\w./-]+$/.test(before) && !before.includes("//"));
    const isIncluded =
      code.languageId === "php" &&
      /\b(?:include|require)(?:_once)?\s{0,4}\(?\s{0,4}$/.test(
        code.text.slice(Math.max(0, one.start - MADE_UNITS), one.start),
      );
    const isUrl = one.callees.some(({ callee }) =>
      /fetch|axios|http|request|url|redirect|navigate|push|href/i.test(callee),
    );
    if ((isPath || isIncluded) && !isUrl && one.holes.some((hole) => input.comesIn(hole))) found.push(one);
  }
  return found;
}
