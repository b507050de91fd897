// Tells which expressions in a piece of code come from outside (a request, a form, an upload, a socket) and which were checked. Pure.
// Goes by the names that frameworks use and by assignments in the same piece; it does not follow calls.

import type { Code } from "./code.ts";
import { constantsOf } from "./constants.ts";
import { handlers } from "./handlers.ts";

/** Sources of input: Express, Koa, Hono, Fastify, Next and the DOM; Flask, Django, FastAPI, aiohttp; net/http, servlets, uploads, archives; sockets. */
const source =
  /\b(?:req|request|ctx|context|event|c)\b(?:\.(?:req|request))?\??\.(?:params?|query|body|headers?|cookies|files?|url|path|originalUrl|pathParameters|queryStringParameters|formData|nextUrl|args|form|values|json|GET|POST|FILES|data|COOKIES|query_params|path_params|match_info|get_json|get_data|rel_url|stream)\b|searchParams\.get|\b(?:input|raw_input)\s*\(|\buser_?(?:input|supplied|provided|path|file|filename|html|code|command|cmd|query|data)\b(?!\()|\buntrusted\w*|\bupload(?:ed)?(?:_?file)?\.(?:file)?name\b|\bfile\.(?:originalname|filename)\b|\.recv\s*\(|\blocation\.(?:hash|search|href)\b|\$_(?:GET|POST|REQUEST|COOKIE|FILES)\b|\bparams\s*(?:\[\s*|\.(?:require|fetch|dig)\(\s?):|\bprompt\s*\(|\br\.(?:URL\.Query\(|FormValue\(|PostFormValue\(|PathValue\()|\.getOriginalFilename\(|\.getParameter\(|\.entryName\b|\bc\.(?:Param|Params|Query|QueryParam|DefaultQuery|FormValue|PostForm|FormFile|Body|BodyParser)\(|\bchi\.URLParam\(|\bmux\.Vars\(|\br\.(?:URL\.(?:Path|RawQuery)|Body|Header\.Get\()|\b(?:header|handler|fh|fileHeader|file|formFile|upload|part)\.(?:FileName|Filename)\b|\.getSubmittedFileName\(|\bRequest\.(?:Query|Form|RouteValues|Body)\b|\breq(?:uest)?\.getInputStream\(|\bsocket\.getInputStream\(|\bparse\(req\.url\b|\b(?:url|parsedUrl)\.pathname\b|(?<!os\.)\benviron\s?\[|\bevent\s?\[|\b(?:update\.)?message\.(?:text|content)\b|\.receive_(?:text|json|bytes)\(|\.makefile\(|\br\.(?:Form|PostForm)\b|\.(?:getHeader|getQueryString|getPathInfo|getRequestURI|getCookies)\(|\bcookie\.getValue\(|\bRequest\.(?:Cookies|Headers)\b|\bfile\.file\b|\bevent\.data\b/i;

/** Sources of further frameworks: hapi, Adonis, Nuxt, Vue, Angular, Discord; Django's classes, Tornado, Bottle, Falcon, cgi; chi, httprouter, fasthttp; Javalin, Spark, Vert.x, WebFlux, Ktor; classic ASP.NET; actix. */
const furtherSource =
  /\breq(?:uest)?\.(?:payload|qs|input|rawBody|META|matchdict|forms|media|view_args|queryParams?|pathVariable|match_info|QueryString|Params)\b|\breq\.param\(|\bsearchParams\.(?!append|set|delete|toString|size)\w|\bnew URLSearchParams\(\s?(?:window\.|document\.)?location|\bformData\.get\(|\b(?:queryParamMap|paramMap)\.get\(|\$route\.(?:query|params)\b|\brouter\.query\b|\broute\.(?:snapshot\.)?(?:queryParams|params)\b|\b(?:getQuery|readBody|getRouterParams?|readMultipartFormData)\(event|\binteraction\.options\.get\w{2,12}\(|\b(?:msg|message)\.(?:payload|value)\b|\bdocument\.(?:referrer|URL)\b|\bwindow\.name\b|\bget_(?:query_|body_)?arguments?\(|\bself\.kwargs\b|\bparse_qs\(|\brfile\.read|\bform\.getvalue\(|\bcleaned_data\b|\breq\.(?:get_param|bounded_stream|media)\b|\bps\.ByName\(|\bparams\.ByName\(|\bQueryArgs\(\)\.Peek|\b(?:c|ctx|this)\.(?:GetHeader|GetQuery|GetPostForm|QueryArray|URLParam|GetString|PostValue|FormValue|QueryParam|QueryParams|Params|Param|Query|DefaultPostForm|UserContext)\(|\b(?:ctx|context|req|request|exchange|routingContext|rc|r)\.(?:queryParam|queryParams|pathParam|formParam|body|bodyAsString|bodyAsClass|getParam|getParams|pathVariable|header|cookie|splat|getRequestBody|getRequestURI|getQueryParameters|getParameterValues|getParameterMap|getReader|getPart|getHeader)\(|\bcall\.(?:parameters|receive\w{0,10}|request)\b|\bRequest\[|\bRequest\.(?:QueryString|Params|Path|PathInfo|Url|InputStream|RawUrl)\b|\b(?:path|query|form|json)\.into_inner\(|\buri\(\)\.(?:path|query)\b|\breq\.(?:query_string|match_info|uri)\(|\b(?:field|part|item)\.(?:file_name|filename)\(\)|\b(?:request|req)\.(?:get|Get)(?!Session|Method|Context|Servlet|Attribute|User|Locale|Remote|Id\b|Content|Server|Protocol|Scheme|Auth|Local)[A-Z]\w{0,30}\(\)|\bdto\.\w|\bws\.recv\(|\bwebsocket\.recv\(|\bsock(?:et)?\.recv/;
/** Sources of C and C++: members of a request, and what servers' libraries and CGI give. */
const nativeSource =
  /\b(?:req|request|hm|http_msg)(?:->|\.)\w|\bgetenv\("(?:QUERY_STRING|PATH_INFO|REQUEST_URI|PATH_TRANSLATED|HTTP_\w{1,30}|CONTENT_\w{1,10})"|\b(?:FCGX_GetParam|MHD_lookup_connection_value|evhttp_find_header|evhttp_request_get_uri|soup_message_get_uri)\(|\b(?:uri|url_path|req_?(?:path|uri|file)|request_(?:path|uri|file|target)|query_string|path_info|requested_(?:path|file|name))\b/;

/** Sources of PHP: the request of Laravel, Symfony and PSR-7, and what PHP itself reads. */
const phpSource =
  /\$(?:this->)?req(?:uest)?->(?!user\b|session\b|validate|method\b|ip\b|is[A-Z]|wants|ajax|attributes\b|getSession)\w|->(?:getQueryParams|getParsedBody|getClientFilename|getClientOriginalName|getUploadedFiles|getPost|getVar|getGet)\(|\bfilter_input\(|php:\/\/input|\bInput::(?:get|post)\(|\$_SERVER\[["'](?:REQUEST_URI|QUERY_STRING|PATH_INFO|HTTP_\w{1,30})/;

/** Names in an archive, which whoever packed it has chosen; counts only near words for an archive. */
const archive =
  /\b\w{0,20}(?:[zZ]ip|ZIP|[tT]ar(?![a-z])|[tT]ar(?:file|Entry|Archive|Reader)|[aA]rchive|unzip|untar|\.Reader\.File)\w{0,20}|\btr\.Next\(|\breader\.File\b/;
const entryName =
  /\b(?:\w{0,20}[eE]ntry|e|member|m|hdr|header|info|zi|ze|f|zf|item|file)\.(?:getName\(\)|name\b|Name\b(?!\()|path\b|fileName\b|filename\b|FullName\b|Key\b)|\.namelist\(\)|\.getnames\(\)/;

/** Command-line arguments: the person's own words, dangerous only in a shell and in `eval`. */
const ownWords = /\bprocess\.argv\b|\bsys\.argv\b/;

/** Words that make an input harmless, or that say that it was checked. */
const checked =
  /basename|\b(?:File|Path)\([^\n]{0,80}\)\.(?:name\b|getName\(\))|secure_filename|sanitize|sanitise|escape|quote|is_relative_to|relative_to|commonpath|commonprefix|realpath|startsWith|startswith|\.includes\(\s*["']\.\.|["']\.\.["']\s+in\b|\bNumber\(|parseInt|parseFloat|\bint\(|\bfloat\(|\bUUID\(|safe_join|safeJoin|allow|whitelist|HasPrefix|GetFileName|(?<!\b(?:event|request|dto|message|command|attachment|upload|body)\.)getFileName\(\)|Path\.Base|filepath\.(?:Base|Rel|IsLocal|Localize)|htmlspecialchars|htmlentities|HtmlEncode|toInt|\.has\(|\.test\(|\bmatch\(|isValid|is_valid|validate|z\.(?:enum|nativeEnum|literal|number|uuid|date|boolean|coerce\.number)\(|\.(?:uuid|regex|cuid|datetime)\(|(?<!\b(?:ur[li]|UR[LI]|Uri|JSON|qs|querystring))\.parse\(|encodeURIComponent|send_from_directory|literal_eval|DOMPurify|bleach|(?<!\b(?:file)?path\.)clean\(|\b(?:file)?path\.Clean\(\s?["`]\/|JSON\.stringify|json\.dumps/i;

const assignment =
  /(?:\b(?:const|let|var)\s+)?(\{[^{}]*\}|(?<![\w$])\d*[A-Za-z_$][\w$]*)\s*(?::\s*(?:[\w<>[\]|.][\w<>[\]|. ]*|(?<= ))|(?:,\s?\w+\s?)?:)?=(?!=|>)\s*([^\n]*)/g;
/** `for name in …`, `for (const name of …)`, `for (String name : …)`, `foreach (var name in …)` */
const loop =
  /\bfor(?:each)?\s{0,4}\(?\s{0,4}(?:const |let |var |final )?(?:[\w<>]{1,40}\s)?(\w{1,60})\s{1,4}(?:in|of|:)\s{1,4}([^\n]{1,200})/g;
/** What the parameters that are not texts are typed as. */
const noText =
  /:\s{0,4}(?:int|float|bool|UUID|uuid\.UUID|date|datetime|number|boolean|Session|AsyncSession|Request|Response|Background\w{1,20}|UploadFile)\b|\b(?:Depends|Body|File)\(|^\s{0,20}(?:int|long|bool|Guid|IFormFile|CancellationToken|HttpContext|\w{0,20}Service)\b/;
/** Names that are filled with a request: Go's decoders, C's readers. */
const decoded =
  /\.(?:Decode|Bind\w{0,8}|ShouldBind\w{0,12}|BodyParser|QueryParser|ParamsParser|ReadJSON|DecodeJSON|Unmarshal)\(\s{0,2}(?:[\w.]{1,30},\s?)?&(\w{1,60})\)|\b(?:mg_http_get_var|mg_get_var|cgiFormString\w{0,10}|mg_url_decode)\([^;\n]{0,60},\s?(\w{1,40}),\s?(?:\(\w{1,10}\)\s?)?(?:sizeof|\w{1,20}\))|\b(?:recv|SSL_read|recvfrom)\(\s?\w{1,30},\s?(\w{1,40}),|\bsscanf\(\s?(?:buf\w{0,6}|req\w{0,10}|line|request\w{0,10}|header\w{0,6}),\s?"[^"\n]{0,60}",\s?([\w, &]{1,80})\)/g;
const decodes =
  /\b(?:r|req|request|c|ctx)\.(?:Body|Request|Context|Params|Query|FormValue|URL|Bind\w{0,8}|ShouldBind\w{0,12}|BodyParser|QueryParser|ParamsParser|ReadJSON)\b|\bbody\b/;

/** C's `snprintf(path, sizeof path, "%s/%s", root, uri)` and `strcat(path, uri)`. */
const printed =
  /\b(?:sn?printf\(\s?(\w{1,40}),[^;"\n]{0,60}"[^"\n]{0,120}%s[^"\n]{0,60}",|str[nl]?(?:cat|cpy)\(\s?(\w{1,40}),)\s{0,40}([^;\n]{1,160})/g;

/** Callbacks that get what somebody else sent: `socket.on("chat", (message) =>`, `onMessage.addListener((message) =>` */
const received =
  /\bonMessage(?:External)?\.addListener\(\s{0,20}(?:async\s{1,4})?(?:function\s{0,4})?\(?\s{0,4}(\w{1,60})|\b(?:socket|ws|io|client|connection|peer|channel)\.on\(\s{0,4}["'](?!error|close|end|open|connect|disconnect|ready|finish)[\w:-]{1,40}["'],\s{0,4}(?:async\s{1,4})?(?:function\s{0,4})?\(?\s{0,4}(\w{1,60})/g;
/** Electron's main process, which pages ask: `ipcMain.handle("open", async (event, name) =>` */
const fromRenderer =
  /\bipcMain\.(?:handle|on|once)(?:Once)?\(\s{0,4}["'`][\w:./-]{1,60}["'`],\s{0,4}(?:async\s{1,4})?(?:function\s{0,4})?\(\s{0,4}\w{1,20},\s{0,4}([^)]{1,200})\)/g;
/** Next.js's and Remix's functions that take `params` from the address. */
const routed =
  /\bexport (?:default )?(?:async )?(?:function|const) (?:GET|POST|PUT|PATCH|DELETE|loader|action|getServerSideProps|getStaticProps|Page|\w{1,40}Page)\b[^\n]{0,120}\bparams\b/;
/** Route parameters that Flask and FastAPI pass to the function below: `"/files/<path:name>"`, `"/files/{name}"`. */
const routeName =
  /(?:@\w+\.(?:route|get|post|put|delete|patch|websocket)|#\[(?:get|post|put|delete|patch))\(\s*[frb]?["'][^"'\n]*/g;

/** Parameters that Spring and ASP.NET fill from the request: `@RequestParam String name`, `[FromQuery] string name`. */
const boundName =
  /(?:@(?:RequestParam|PathVariable|QueryParam|PathParam|RequestBody|ModelAttribute|RequestHeader|CookieValue|FormParam|HeaderParam|MatrixParam|CookieParam|BeanParam|QueryValue|RestQuery|RestPath|RestForm|RestHeader|RequestPart|Valid)\b(?:\([^()\n]{0,60}\))?(?:\s@\w{1,20}(?:\([^()\n]{0,60}\))?){0,2}|\[From(?:Query|Route|Form|Header|Body)[^\][\n]{0,60}\])\s{1,4}(?:final\s{1,4})?(?:[\w<>.?]{1,60}\s{1,4}(\w{1,60})|(\w{1,60}):)/g;

export interface Input {
  /** Whether a line of the code names a variable and checks something. */
  isChecked: (name: string) => boolean;
  comesIn: (expression: string) => boolean;
  isArgument: (expression: string) => boolean; // or from the command line
}

/**
 * Reads the code when it is first asked about: most lines give no rule a reason to ask.
 * @param whole the lines around the cursor with the suggestion
 */
export function inputOf(whole: Code): Input {
  let known: Omit<Input, "isChecked"> | undefined;
  const sources = () => (known ??= sourcesIn(whole));
  return {
    isChecked: (name) => isChecked(whole.text, name),
    comesIn: (expression) => sources().comesIn(expression),
    isArgument: (expression) => sources().isArgument(expression),
  };
}

function sourcesIn(whole: Code): Omit<Input, "isChecked"> {
  const { text: code, languageId } = whole;
  const names = new Set<string>();
  for (const pattern of handlers)
    for (const [, list] of code.matchAll(pattern))
      for (const one of list!.split(",")) {
        const name = parameterName(one);
        if (name !== undefined) names.add(name);
      }
  for (const [, one, other] of code.matchAll(received)) names.add((one ?? other)!);
  for (const [, list] of code.matchAll(fromRenderer))
    for (const [name] of list!.matchAll(/[A-Za-z_$][\w$]{0,60}(?=\s{0,4}(?:,|$|:))/g)) names.add(name);
  const isDecoded = decodes.test(code);
  for (const [, object, ...filled] of code.matchAll(decoded)) {
    if (object !== undefined && isDecoded) names.add(object);
    for (const list of filled)
      for (const [name] of (list ?? "").matchAll(/(?<!&)\b[A-Za-z_]\w{0,40}/g)) names.add(name);
  }
  const isNative = /^c(?:pp)?$/.test(languageId);
  const own = isNative ? nativeSource : languageId === "php" ? phpSource : undefined;
  const isPacked = archive.test(code);
  const isServer = /\bdo_(?:GET|POST|PUT|DELETE)\b|BaseHTTPRequestHandler/.test(code);
  const hasSource = namesSource(code, own);
  const comesIn = (expression: string, known: ReadonlySet<string>): boolean =>
    (hasSource || known.size > 0 || isPacked || isServer || hasParams) && mayComeIn(expression, known);
  const records = new Set([...code.matchAll(record)].map(([, name]) => name!));
  const withoutPageData = (expression: string): string =>
    languageId === "go" ? expression.replace(/\b(?:c|ctx|context)\.Data\b/g, "") : expression; // what a template shows
  const mayComeIn = (expression: string, known: ReadonlySet<string>): boolean =>
    comesFromOutside(withoutKeys(withoutPageData(expression), records), known, own) ||
    (isPacked && entryName.test(expression)) ||
    (isServer && /\bself\.path\b/.test(expression)) ||
    (hasParams && /\bparams\.\w/.test(expression));
  const hasParams = routed.test(code);
  for (const [, name, value] of code.matchAll(loop))
    if (comesIn(value!, names) && !(isPacked && !/namelist|getnames/.test(value!))) names.add(name!);
  for (const [route] of code.matchAll(routeName)) {
    for (const [, name] of route.matchAll(/[<{](?:\w+:)?(\w+)(?::\w+|\.\.)?[>}]/g)) names.add(name!);
  }
  for (const [, one, other] of code.matchAll(boundName)) names.add((one ?? other)!);
  for (const [, target, value] of code.matchAll(assignment)) {
    if (!comesIn(value!, names) || checked.test(value!)) continue;
    for (const [name] of target!.replace(/(?<!\w)\w+\s*:/g, "").matchAll(/[A-Za-z_$][\w$]*/g)) names.add(name);
  }
  if (isNative)
    for (const [, target, added, value] of code.matchAll(printed))
      if (comesIn(value!, names) && !checked.test(value!)) names.add((target ?? added)!);
  const isConstant = constantsOf(whole);
  for (const name of names) if (isChecked(code, name) || isConstant(name)) names.delete(name);
  if (languageId === "php") for (const name of [...names]) names.add(name.replace(/^\$/, "")); // as in "$name"
  const isMemberChecked = (expression: string): boolean => {
    const [member] = entryName.exec(expression) ?? [];
    return isPacked && member !== undefined && isChecked(code, member);
  };
  return {
    comesIn: (expression) => !checked.test(expression) && !isMemberChecked(expression) && comesIn(expression, names),
    isArgument: (expression) => !checked.test(expression) && (comesIn(expression, names) || ownWords.test(expression)),
  };
}

/** The name of a parameter that holds text, as `name: str = "a"`, `[FromQuery] string name`. */
function parameterName(parameter: string): string | undefined {
  if (noText.test(parameter)) return undefined;
  const said = parameter
    .replace(/\[[^\]]{0,60}\]/g, "")
    .split("=", 1)[0]!
    .trim();
  const name = said.includes(":")
    ? said.split(":", 1)[0]!.trim().replace(/^mut /, "")
    : said.split(/\s+/).at(-1)!.replace(/^&/, "");
  return /^(?!self$|cls$|request$|req$|this$)[A-Za-z_$][\w$]*$/.test(name) ? name : undefined;
}

/** What a database gave for an input: its key is the database's own, though the input chose it. */
const record =
  /(?<![\w.$])@?(\w{1,60})\s?=\s?(?:await )?[^\n=]{0,80}(?:\.(?:find(?:_by|_by_\w{1,20}|ById|One|Unique|First|OrFail)?!?|get_or_404)|\bget_object_or_404)\(/g;
const withoutKeys = (expression: string, records: ReadonlySet<string>): string =>
  records.size === 0
    ? expression
    : expression.replace(/(?<![\w.$])@?(\w{1,60})[?!]?\.(?:id|pk|uuid)\b/g, (whole, name: string) =>
        records.has(name) ? "" : whole,
      );

/** Whether a piece of code names any source at all: a first look at the whole that saves many at its parts. */
const namesSource = (code: string, own: RegExp | undefined): boolean =>
  source.test(code) || furtherSource.test(code) || (own?.test(code) ?? false);

function comesFromOutside(expression: string, names: ReadonlySet<string>, own: RegExp | undefined): boolean {
  const code = withoutStrings(expression);
  return (
    source.test(code) ||
    furtherSource.test(code) ||
    (own?.test(expression) ?? false) ||
    [...code.matchAll(/(?<![.\w$>])[A-Za-z_$][\w$]*/g)].some(([name]) => names.has(name))
  );
}

/** Drops the text in quotes, which is not code, but keeps substitutions. */
function withoutStrings(expression: string): string {
  const code = expression.replace(quoted, (text) =>
    [...text.matchAll(/\{([^{}]*)\}/g)].map(([, hole]) => ` ${hole} `).join(""),
  );
  const nested = [...expression.matchAll(/[$#]\{([^{}]{0,200}["'][^{}]{0,200})\}/g)]; // quotes within a substitution
  return nested.length === 0 ? code : `${code} ${nested.map(([, hole]) => hole!.replace(quoted, "")).join(" ")}`;
}
const quoted = /(?<!\\)(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/g;

/** A line without questions whether a parameter was given at all, which say nothing about it, and without templates that it parses. */
export const withoutPresence = (line: string): string => line.replace(noCheck, "");
const noCheck =
  /\b(?:\w{0,20}[pP]arams|query|form|formData|cookies|headers)\??\.(?:has|includes|contains)\([^()\n]{0,40}\)|\btemplate\.New\([^()\n]{0,40}\)\.Parse\(/g;

/** Whether a line names the input and checks something. */
function isChecked(code: string, name: string): boolean {
  const whole = new RegExp(`(?<![\\w$])${name.replace(/[$.()]/g, "\\$&")}(?![\\w$])`);
  return code.split("\n").some((line) => checked.test(line) && whole.test(line) && checked.test(withoutPresence(line)));
}
