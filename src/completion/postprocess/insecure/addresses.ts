// Addresses that come from outside: to which a visitor is sent on (CWE-601), or from which the server itself fetches (CWE-918). An address is fine
// where its host is written down or configured, and where somebody has looked at it. Pure.

import { type Code, type Composed, HOLE } from "./code.ts";
import { nameIn } from "./flow.ts";
import { type Input, withoutPresence } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Calls that send a visitor on; any of their arguments may be the address. */
const redirects =
  /(?:^|\.|::)(?:redirect|Redirect|RedirectPermanent|RedirectPreserveMethod|permanentRedirect|sendRedirect|HttpResponse(?:Permanent)?Redirect|RedirectResponse|RedirectView|HTTP(?:Found|SeeOther|MovedPermanently|TemporaryRedirect|PermanentRedirect)|seeOther|temporaryRedirect|temporary_redirect|set_redirect|newRedirectionResponse|redirect_to|sendRedirectTo|Redirect::(?:to|permanent|temporary|found)|redirectTo|movedTo)$/;
/** Calls that give a header, a status line or an option: the address stands after its name. */
const headers =
  /["'`]Location["'`]\s{0,2}(?:,|:|=>|\])\s{0,2}=?\s{0,2}(?=\S)|\b(?:Location|LOCATION)\s{0,2}(?:,|:(?!:))\s{0,2}(?=\S)/g;
const places =
  /\b(?:window\.|document\.|self\.|top\.|parent\.)?location(?:\.href)?\s{0,2}=(?!=)\s{0,2}(?=\S)|\blocation\.(?:assign|replace)\(\s{0,4}(?=\S)/g;

/** Calls that fetch, and which argument is the address. */
const fetches: readonly { callee: RegExp; argument: number; languages?: RegExp }[] = [
  {
    callee:
      /^(?:fetch|nodeFetch|node_fetch|got|axios|ky|request|rp|superagent|needle|phin|bent|\$fetch|ofetch|wretch|undici)(?:\.(?:get|post|put|patch|delete|head|stream|request|fetch|raw|json))?$|^(?:https?|http2|undici|urllib)\.(?:get|request|fetch|connect)$|(?:^|\.)page\.goto$|^(?:new )?(?:WebSocket|EventSource)$|^(?:download|sharp\.fetch|jsdom\.fromURL|JSDOM\.fromURL|parser\.parseURL|fetchImage)$|^(?:this\.)?(?:http|httpService|httpClient|axios\w{0,10})(?:\.axiosRef)?\.(?:get|post|put|head|request|patch)$/,
    argument: 0,
    languages: /script/,
  },
  {
    callee:
      /^(?:requests|httpx|urllib3|aiohttp|grequests|treq)(?:\.\w{1,20}\([^()]{0,40}\))?\.(?:get|post|put|head|delete|patch|stream|options)$|(?:^|\.)(?:urlopen|urlretrieve|HTTPS?Connection|wget\.download|create_connection|feedparser\.parse)$|^(?:urllib\.request\.)?Request$|^(?:driver\.get|page\.goto|pd\.read_(?:csv|json|html|excel))$/,
    argument: 0,
    languages: /^python$/,
  },
  { callee: /^(?:requests|httpx|http|pool)\.request$/, argument: 1, languages: /^python$/ },
  {
    callee: /(?:^|\.)(?:http\.(?:Get|Post|Head|PostForm)|resty\.New\(\)\.R\(\)\.\w{3,6}|R\(\)\.(?:Get|Post|Head|Put))$/,
    argument: 0,
    languages: /^go$/,
  },
  { callee: /^(?:net\.Dial(?:Timeout)?|tls\.Dial|http\.NewRequest|websocket\.Dial)$/, argument: 1, languages: /^go$/ },
  { callee: /^http\.NewRequestWithContext$/, argument: 2, languages: /^go$/ },
  {
    callee:
      /(?:^|\.|\s)(?:new URL|URL|URI|URI\.create|HttpGet|HttpPost|HttpHead|HttpPut|Jsoup\.connect|(?:rest\w{0,20}|RestTemplate\(\))\.(?:getForObject|getForEntity|postForObject|postForEntity|exchange|execute|headForHeaders)|uri|Socket|HttpRequest\.(?:get|post)|HttpUtil\.(?:get|post)|Unirest\.\w{3,6}|\.target|client\.target|OkHttpClient|Builder\(\)\.url)$/,
    argument: 0,
    languages: /^(?:java|kotlin|scala|groovy)$/,
  },
  {
    callee:
      /(?:^|\.)(?:(?:Get|Post|Put|Delete|Patch)(?:String|ByteArray|Stream|FromJson|AsJson)?Async|WebRequest\.Create(?:Http)?|Download(?:String|Data|File)(?:TaskAsync|Async)?|OpenRead(?:TaskAsync)?|(?:new )?RestRequest|(?:new )?RestClient|(?:new )?TcpClient|(?:new )?Uri)$|\bFlurlClient$/,
    argument: 0,
    languages: /^(?:csharp|vb|fsharp)$/,
  },
  { callee: /(?:^|\s)HttpRequestMessage$/, argument: 1, languages: /^csharp$/ },
  {
    callee:
      /(?:^|::)(?:reqwest|ureq|surf|isahc|attohttpc|minreq|blocking)::(?:get|post|put|head|delete)$|\bTcpStream::connect$|^(?:\w{1,20}\.)?(?:http_?)?client\.(?:get|post|put|head)$|(?:Client::new\(\)|agent)\.(?:get|post|head)$/,
    argument: 0,
    languages: /^rust$/,
  },
  { callee: /^curl_easy_setopt$/, argument: 2, languages: /^c(?:pp)?$|php/ },
  {
    callee:
      /(?:^|::)(?:Get|Post|Url|Download|http_client|QNetworkRequest|QUrl|HTTPClientSession|URI|httplib::Client|Client)$/,
    argument: 0,
    languages: /^cpp$/,
  },
  {
    callee:
      /^(?:curl_init|file_get_contents|URI\.open|open|HTTParty\.\w{3,6}|RestClient\.\w{3,6}|Faraday\.\w{3,6}|Net::HTTP\.\w{3,20})$/,
    argument: 0,
    languages: /^(?:php|ruby)$/,
  },
];
/** Clients of which the name alone says little: what they are given must be called an address. */
const client =
  /(?:^|\.|::)(?:\w{0,20}(?:client|session|http|conn|Client|Session|Http)\w{0,10})\.(?:get|post|put|head|request|Get|Post|Head|stream)$/;
const namesAddress =
  /url|uri|link|href|endpoint|target|webhook|callback|site|feed|image|avatar|remote|source|origin|proxy/i;

/** Where the beginning of an address is written down up to its host: the rest cannot change it. */
const pinned =
  /^\s{0,4}(?:[a-z][a-z+.-]{0,10}:\/\/[^/\0\s]{1,100}[/?#]|mailto:|tel:|\/(?![/\\\0])|[\w.-]{1,40}\/|\?|#|\.{1,2}\/)/i;
/** The own host and page, and where a visitor came from; functions that make an address of this site. */
const own =
  /\b(?:url_for|reverse|route|redirect_url_for|createUrl|build_absolute_uri|Url\.(?:Action\w{0,6}|Link|Page\w{0,6}|RouteUrl|Content|IsLocalUrl)|RedirectToAction|RedirectToRoute|LocalRedirect|CreatedAt\w{1,10})\(|[rR]eferr?er|headers?\.(?:host|origin)\b|\.hostname\b|nextUrl\.clone|\bHost\b|\.get\(\s?["'](?:host|origin)["']/i;
const query =
  /[qQ]uery|params?\b|args|body|form|GET\b|POST\b|searchParams|cookie|header|parameter|values|json|match_info|input|data|FormValue|QueryString|payload/i;
const onlyPage =
  /\b(?:req|request|r|ctx|c)\b(?:\.[rR]eq|\.[rR]equest)?\.(?:url|path|originalUrl|nextUrl|URL|RequestURI|get_full_path\(\)|full_path|getRequestURI\(\)|Path)\b/;
/** Words that say that somebody has looked at an address. */
const looked =
  /is_?safe|is_?same_?(?:site|origin|host)|is_?allowed|is_?local|is_?relative|is_?internal|is_?trusted|is_?valid|safe_?(?:url|redirect|path|next)|allowed|trusted|permitted|known|hosts?\b|hostname|netloc|\.host\b|\.origin\b|contains\(|includes\(|startswith\(|HasPrefix\(|starts_with\(|\bin [A-Z_]{3,}|\.has\(|\.get\(\s?\w{1,30}\s?\)\s?(?:\?\?|\|\|)|\[\w{1,30}\]\s?(?:\?\?|\|\|)|resolves?_?to|ipaddress|is_private|lookup|protocol|scheme|Map\.of|verify|check|assert|ensure|validate|sanitize/i;

export function foreignAddresses(code: Code, input: Input): Span[] {
  const { text, languageId, calls } = code;
  let fixed: ReadonlySet<string> | undefined;
  const isFixed = (expression: string): boolean => (fixed ??= pinnedNames(code, input)).has(nameIn(expression.trim()));
  const found: Span[] = [];
  const isForeign = (span: Span, isPage = false): boolean => {
    const expression = text.slice(span.start, span.end);
    if (!comesFromOutside(code, span, input, isFixed) || own.test(expression)) return false;
    if (isPage && onlyPage.test(expression) && !query.test(expression.replace(onlyPage, ""))) return false;
    return !isLookedAt(text, expression, span.start);
  };
  for (const { callee, start, end, args } of calls) {
    if (redirects.test(callee) && !/^(?:location|window\.location)/.test(callee)) {
      if (args.some((arg) => text[arg.start] !== "{" && isForeign(arg, true))) found.push({ start, end });
      continue;
    }
    const known = fetches.find((one) => (one.languages?.test(languageId) ?? true) && one.callee.test(callee));
    const arg = args[known?.argument ?? 0];
    if (!arg) continue;
    const expression = text.slice(arg.start, arg.end);
    if (known) {
      if (/^curl_easy_setopt$/.test(callee) && !/CURLOPT_URL/.test(text.slice(start, end))) continue;
      if (isForeign(arg, true)) found.push({ start, end });
    } else if (client.test(callee) && namesAddress.test(expression) && isForeign(arg, true)) found.push({ start, end });
  }
  for (const pattern of [headers, places])
    for (const { index, 0: whole } of text.matchAll(pattern)) {
      const start = index + whole.length;
      const end = start + (/[;\n]|\)\s{0,4}[;)\n]/.exec(text.slice(start, start + VALUE_UNITS))?.index ?? VALUE_UNITS);
      if (isForeign({ start, end }, true)) found.push({ start: index, end });
    }
  if (code.languageId === "ruby")
    for (const { index, 0: whole, 1: address } of text.matchAll(opened)) {
      const start = index + whole.indexOf("(") + 1;
      if (isForeign({ start, end: start + address!.length }, true))
        found.push({ start: index, end: index + whole.length });
    }
  for (const one of code.composed)
    if (/^(?:redirect:|Location: )\0|\bLocation: \0/.test(one.text) && isOpen(one.holes[0]!, input, text, one.start))
      found.push(one);
  for (const { index, 0: whole } of text.matchAll(options)) {
    const start = index + whole.length;
    const end = start + (/[,;\n}]/.exec(text.slice(start, start + VALUE_UNITS))?.index ?? VALUE_UNITS);
    if (isForeign({ start, end })) found.push({ start: index, end });
  }
  return found;
}

/** Ruby's `URI.parse(link).open` */
const opened = /\bURI(?:\.parse)?\(([^()\n]{1,80})\)\.(?:open|read)\b/g;
/** `axios({ method, url: … })` */
const options =
  /\b(?:axios|got|request|rp|ky|superagent)(?:\.request)?\(\s{0,20}\{[^{}()]{0,120}?\b(?:url|uri|baseURL)\s{0,2}:\s{0,2}(?=\S)/g;
const VALUE_UNITS = 160;

const isOpen = (hole: string, input: Input, text: string, at: number): boolean =>
  input.comesIn(hole) && !own.test(hole) && !isLookedAt(text, hole, at);

/** Whether what decides about the host comes from outside. */
function comesFromOutside(
  code: Code,
  { start, end }: Span,
  input: Input,
  isFixed: (expression: string) => boolean,
): boolean {
  const expression = code.text.slice(start, end);
  if (/^["'`][^"'`$]{0,200}["'`]$|\bnew URL\(\s{0,4}["'`]/.test(expression)) return false;
  const inside = code.composed.filter((one) => one.start >= start && one.end <= end + 1);
  const whole = inside.find((one) => one.holes.some((hole) => input.comesIn(hole)));
  return (whole ? isOpenAddress(whole, input) : input.comesIn(expression)) && !isFixed(expression);
}

/** Whether the first thing that is put into an address comes from outside and may be its host. */
function isOpenAddress({ text, holes }: Composed, input: Input): boolean {
  const before = text.split(HOLE, 1)[0]!;
  if (pinned.test(`${before}${HOLE}`)) return false;
  return holes[0] !== undefined && input.comesIn(holes[0]);
}

const assignment =
  /(?<![\w$.])([A-Za-z_$][\w$]{0,60})(?:\s?:\s?\w{1,20})?\s{0,4}:?=(?![=>])\s{0,4}(?:await\s{1,4})?([^\n]{1,160})/g;
const pinnedValue = /^(?:new URL\(\s{0,4}["'`]|f?["'`](?:https?:\/\/|\/))/;

/** Names that are given an address whose host is written down or configured, and nothing else that comes from outside. */
function pinnedNames({ composed, text }: Code, input: Input): ReadonlySet<string> {
  const names = new Set(
    composed
      .filter((one) => one.target !== "" && (pinned.test(one.text) || /^\0\//.test(one.text)))
      .map(({ target }) => target),
  );
  const foreign = new Set<string>();
  for (const [, name, value] of text.matchAll(assignment)) {
    if (pinnedValue.test(value!)) names.add(name!);
    else if (input.comesIn(value!) && !composed.some((one) => one.target === name)) foreign.add(name!);
  }
  for (const name of foreign) names.delete(name);
  return names;
}

/** Whether a line above, or the expression itself, looks at what an address is. */
function isLookedAt(text: string, expression: string, at: number): boolean {
  if (looked.test(expression)) return true;
  const names = [...expression.matchAll(/(?<![.\w$"'])[A-Za-z_$][\w$]{0,60}(?![\w$(])/g)]
    .map(([name]) => name)
    .filter(
      (name) =>
        !/^(?:req|request|res|ctx|c|r|w|await|new|or|and|if|else|return|event|params?|String|url|HTTP|self)$/.test(
          name,
        ) || name === "url",
    );
  if (names.length === 0) return false;
  return text
    .slice(0, at)
    .split("\n")
    .some(
      (line) =>
        looked.test(withoutPresence(line)) &&
        names.some(
          (name) => line.includes(name) && new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(line),
        ),
    );
}
