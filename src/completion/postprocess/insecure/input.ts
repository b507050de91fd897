// Tells which expressions in a piece of code come from outside (a request, a form, an upload, a socket) and which were checked. Pure.
// Goes by the names that frameworks use and by assignments in the same piece; it does not follow calls.

/** Sources of input: Express, Koa, Hono, Fastify, Next and the DOM; Flask, Django, FastAPI, aiohttp; net/http, servlets, uploads, archives; sockets. */
const source =
  /\b(?:req|request|ctx|context|event|c)\b(?:\.(?:req|request))?\??\.(?:params?|query|body|headers?|cookies|files?|url|path|originalUrl|pathParameters|queryStringParameters|formData|nextUrl|args|form|values|json|GET|POST|FILES|data|COOKIES|query_params|path_params|match_info|get_json|get_data|rel_url|stream)\b|searchParams\.get|\b(?:input|raw_input)\s*\(|\buser_?(?:input|supplied|provided|path|file|filename|html|code|command|cmd|query|data)\b|\buntrusted\w*|\bupload(?:ed)?(?:_?file)?\.(?:file)?name\b|\bfile\.(?:originalname|filename)\b|\.recv\s*\(|\blocation\.(?:hash|search|href)\b|\$_(?:GET|POST|REQUEST|COOKIE|FILES)\b|\bparams\s*\[\s*:|\bprompt\s*\(|\br\.(?:URL\.Query\(|FormValue\(|PostFormValue\(|PathValue\()|\.getOriginalFilename\(|\.getParameter\(|\.entryName\b/i;

/** Command-line arguments: the person's own words, dangerous only in a shell and in `eval`. */
const ownWords = /\bprocess\.argv\b|\bsys\.argv\b/;

/** Words that make an input harmless, or that say that it was checked. */
const checked =
  /basename|secure_filename|sanitize|sanitise|escape|quote|is_relative_to|relative_to|commonpath|commonprefix|realpath|startsWith|startswith|\.includes\(\s*["']\.\.|["']\.\.["']\s+in\b|\bNumber\(|parseInt|parseFloat|\bint\(|\bfloat\(|\bUUID\(|safe_join|safeJoin|allow|whitelist|\.has\(|\.test\(|\bmatch\(|isValid|is_valid|validate|z\.\w+\(|\.parse\(|encodeURIComponent|send_from_directory|literal_eval|DOMPurify|bleach|clean\(/i;

const assignment =
  /(?:\b(?:const|let|var)\s+)?(\{[^{}]*\}|(?<![\w$])\d*[A-Za-z_$][\w$]*)\s*(?::\s*(?:[\w<>[\]|.][\w<>[\]|. ]*|(?<= )))?=(?!=|>)\s*([^\n]*)/g;
/** Route parameters that Flask and FastAPI pass to the function below: `"/files/<path:name>"`, `"/files/{name}"`. */
const routeName = /@\w+\.(?:route|get|post|put|delete|patch|websocket)\(\s*[frb]?["'][^"'\n]*/g;

/** Parameters that Spring and ASP.NET fill from the request: `@RequestParam String name`, `[FromQuery] string name`. */
const boundName =
  /(?:@(?:RequestParam|PathVariable|QueryParam|PathParam)\b(?:\([^()\n]{0,60}\))?|\[From(?:Query|Route|Form|Header)[^\][\n]{0,60}\])\s{1,4}(?:final\s{1,4})?[\w<>.?]{1,60}\s{1,4}(\w{1,60})/g;

export interface Input {
  /** Whether a line of the code names a variable and checks something. */
  isChecked: (name: string) => boolean;
  comesIn: (expression: string) => boolean;
  isArgument: (expression: string) => boolean; // or from the command line
}

/** @param code the lines around the cursor with the suggestion */
export function inputOf(code: string): Input {
  const names = new Set<string>();
  for (const [route] of code.matchAll(routeName)) {
    for (const [, name] of route.matchAll(/[<{](?:\w+:)?(\w+)(?::\w+)?[>}]/g)) names.add(name!);
  }
  for (const [, name] of code.matchAll(boundName)) names.add(name!);
  for (const [, target, value] of code.matchAll(assignment)) {
    if (!comesIn(value!, names) || checked.test(value!)) continue;
    for (const [name] of target!.replace(/(?<!\w)\w+\s*:/g, "").matchAll(/[A-Za-z_$][\w$]*/g)) names.add(name);
  }
  for (const name of names) if (isChecked(code, name)) names.delete(name);
  return {
    isChecked: (name) => isChecked(code, name),
    comesIn: (expression) => !checked.test(expression) && comesIn(expression, names),
    isArgument: (expression) => !checked.test(expression) && (comesIn(expression, names) || ownWords.test(expression)),
  };
}

function comesIn(expression: string, names: ReadonlySet<string>): boolean {
  const code = withoutStrings(expression);
  return source.test(code) || [...code.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*/g)].some(([name]) => names.has(name));
}

/** Drops the text in quotes, which is not code, but keeps substitutions. */
function withoutStrings(expression: string): string {
  return expression.replace(/(?<!\\)(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/g, (text) =>
    [...text.matchAll(/\{([^{}]*)\}/g)].map(([, hole]) => ` ${hole} `).join(""),
  );
}

/** Whether a line names the input and checks something. */
function isChecked(code: string, name: string): boolean {
  const whole = new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`);
  return code.split("\n").some((line) => checked.test(line) && whole.test(line));
}
