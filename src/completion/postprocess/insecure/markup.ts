// Input and text of other people that becomes markup, unescaped (CWE-79): written to a page, or sent as one. Pure.

import type { Code, Composed } from "./code.ts";
import { nameIn } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";
import { isConstantHole } from "./sql.ts";

/** Expressions that are escaped or sanitised, or that are numbers. */
const escaped =
  /escape|sanitize|sanitise|purify|encode|htmlspecialchars|htmlentities|\bstrip_tags|\bh\(|esc_\w|toFixed|\bt\(|i18n|(?<=toLocale\w+)\(|format(?:Number|Date)|format_html|JSON\.stringify|json\.dumps|\.length\b|\bint\(|Integer\.parseInt|parseInt|Number\(|nonce|csrf/i;

/** Calls that send or write markup to a page: what is put into it must be escaped. */
const writes =
  /(?:^|\.)(?:document\.write(?:ln)?|insertAdjacentHTML|html|append|prepend|mark_safe|Markup|render_template_string|HTMLResponse|HttpResponse|make_response|createContextualFragment|Content|WriteAsync|Response\.Write|HTML|SafeString)$|(?:^|\.)(?:res|resp|response|reply|ctx|c)\b(?:\.\w{1,20}(?:\([^()]{0,40}\))?){0,3}\.(?:send|write|end|html|println|print|HTML|String|WriteString|append)$|(?:^|\.)out\.(?:println|print|write|printf)$|getWriter\(\)\.(?:println|print|write|printf|append)$|^(?:w|rw|resp|writer)\.Write$|\bwfile\.write$/;
/** Go's calls whose first argument is the response. */
const writesTo = /(?:^|\.)(?:Fprint(?:f|ln)?|WriteString)$/;
const response = /^(?:w|rw|res|resp|response|writer|c\.Writer|ctx)$/;
/** Calls that say that a text is markup already. */
const trusts =
  /(?:^|\.)(?:bypassSecurityTrust(?:Html|Script|Url|ResourceUrl)|trustAsHtml|Html\.Raw|template\.(?:HTML|JS|HTMLAttr)|unsafeHTML|mark_safe|Markup|new HtmlString|HtmlString|raw|createContextualFragment)$/;
/** Places in a page that take markup. */
const places = /(?:\.(?:innerHTML|outerHTML|srcdoc)\s*\+?=(?!=)|\b__html\s*:|\bv-html=|\[innerHTML\]=)\s*/g;
/** Members that hold what people wrote. */
const written =
  /[\w)\]]\??\.(?:body|bio|comment|content|message|description|title|nick(?:name)?|username|caption|about|summary|msg|note|reply|signature|html|text|value|name|data)!?$/i;
const member = /^[A-Za-z_$][\w$]*(?:[?!]?\.[\w$]+)*!?$/;
const VALUE_UNITS = 300;
const BODY_UNITS = 400;

const isOpen = (hole: string): boolean => !isConstantHole(hole) && !escaped.test(hole);
const isMarkup = ({ text, holes }: Composed): boolean => /<\/?[a-z]/i.test(text) && holes.some(isOpen);

export function unescapedMarkup(code: Code, input: Input): Span[] {
  const clean = sanitisedNames(code.text);
  const isUnsafe = (expression: string): boolean => !escaped.test(expression) && !clean.has(nameIn(expression.trim()));
  const found: Span[] = [];
  for (const { callee, start, end, args } of code.calls) {
    const [first] = args;
    if (!first) continue;
    const expression = code.text.slice(first.start, first.end).trim();
    const all = code.text.slice(first.start, end);
    const isTo = writesTo.test(callee) && response.test(expression);
    if (isTo || writes.test(callee)) {
      const markup = code.composed.filter(
        (one) => one.start >= first.start - callee.length - 1 && one.end <= end + 1 && one.end >= first.end - 1,
      );
      const isInput =
        input.comesIn(all) &&
        !/\)\s{0,9}\.\w{1,20}$|(?:^|\.)out\.\w{1,20}$|(?:^|\.)(?:append|prepend|printf?|println|String|HttpResponse|make_response)$/.test(
          callee,
        );
      const isHeld = args.some((arg) => isBuiltMarkup(code, code.text.slice(arg.start, arg.end)));
      if (markup.some(isMarkup) || ((isInput || isHeld) && isUnsafe(all))) found.push({ start, end });
      else if (/^\$\(.*\)\.html$/s.test(callee) && written.test(expression) && isUnsafe(expression))
        found.push({ start, end });
    }
    if (
      /(?:^|\.)bypassSecurityTrust\w{2,12}$/.test(callee) &&
      isUnsafe(all) &&
      !/^["'`][^$]*$/.test(expression) &&
      !isConstantHole(expression)
    )
      found.push({ start, end });
    if (
      trusts.test(callee) &&
      args.length === 1 &&
      isUnsafe(expression) &&
      member.test(expression) &&
      !isConstantHole(expression)
    )
      if (!/(?:^|\.)raw$/.test(callee) || input.comesIn(expression)) found.push({ start, end });
  }
  return [...found, ...inPlaces(code, input, isUnsafe), ...sent(code, input)];
}

/** `element.innerHTML = "<b>" + name`, `{ __html: … }` */
function inPlaces(code: Code, input: Input, isUnsafe: (expression: string) => boolean): Span[] {
  const found: Span[] = [];
  for (const match of code.text.matchAll(places)) {
    const start = match.index + match[0].length;
    const value = code.text
      .slice(start, start + VALUE_UNITS)
      .split(/[;\n}]/, 1)[0]!
      .trim()
      .replace(/\s{1,4}(?:\?\?|\|\|)\s{1,4}["'`]{2}$/, ""); // `text ?? ""`
    const one = code.composed.find((composed) => composed.start >= start - 1 && composed.start <= start + 1);
    const isProperty = match[0].startsWith("__html");
    const isRendered =
      /^(?:await )?(?:marked|snarkdown|micromark|linkify\w{0,10}|auto_?[lL]ink\w{0,6}|nl2br|emojify|bbcode\w{0,10}|markdownToHtml|mdToHtml|(?:marked|md|markdownIt|markdown|converter)\.(?:parse|render|makeHtml))\(/.test(
        value,
      );
    const isOthers =
      member.test(value) &&
      !isConstantHole(value) &&
      isUnsafe(value) &&
      (isProperty ? !/^(?:true|false|null|undefined)$/.test(value) : written.test(value));
    const isListed = code.composed.some(
      ({ start: begins, text, holes }) =>
        begins > start &&
        begins < start + value.length &&
        /<\/?[a-z]/i.test(text) &&
        holes.some((hole) => isOpen(hole) && (written.test(hole) || input.comesIn(hole))),
    ); // `items.map((item) => "<li>" + item.title)`
    if (
      (isListed && isUnsafe(value)) ||
      one?.holes.some(isOpen) ||
      ((isOthers || isRendered || input.comesIn(value) || isBuiltMarkup(code, value)) && isUnsafe(value))
    )
      found.push({ start: match.index, end: Math.max(start + value.length, one?.end ?? 0) });
  }
  return found;
}

/** Markup with an input in it, wherever it goes; PHP's `echo` of an input; templates that are no files; what is said to be safe. */
function sent({ composed, text, languageId }: Code, input: Input): Span[] {
  const found: Span[] = composed.filter(
    (one) => /^\s*<[a-z!]/i.test(one.text) && one.holes.some((hole) => isOpen(hole) && input.comesIn(hole)),
  );
  const said =
    languageId === "php"
      ? /(?:\b(?:echo|print)\s|<\?=)[^;\n]{0,200}/g
      : languageId === "ruby"
        ? /\brender\s{1,4}\(?inline:[^\n]{0,100}|\bparams\[[^\]\n]{1,40}\]\.html_safe|\braw\(?\s?params\[|\braw[ (]\s?@?\w{1,30}\.(?:body|bio|comment|content|message|description|title)\b|@?\b\w{1,30}\.(?:body|bio|comment|content|message|description|title)\.html_safe|"[^"\n]{0,80}#\{params\[[^"\n]{0,80}"\.html_safe/g
        : undefined;
  if (said) {
    for (const { index, 0: statement } of text.matchAll(said))
      if (
        /\$_(?:GET|POST|REQUEST|COOKIE)\b|\bparams\s?\[|\braw[ (]|\.html_safe$/.test(statement) &&
        !escaped.test(statement)
      )
        found.push({ start: index, end: index + statement.length });
  }
  return found;
}

/** Whether a name was put together from markup and something unescaped. */
function isBuiltMarkup({ composed, added }: Code, expression: string): boolean {
  const name = nameIn(expression);
  return name !== "" && [...composed, ...added].some((one) => one.target === name && isMarkup(one));
}

/** Names that are given what was sanitised. */
function sanitisedNames(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { 0: whole, 1: name, 2: value, index } of text.matchAll(
    /(?<![\w$.])([A-Za-z_$][\w$]{0,60})(?::\s?\w{1,40})?\s{0,4}:?=(?!=)\s{0,4}([^\n]{1,200})/g,
  ))
    if (
      escaped.test(value!) ||
      /^["'`][^+$%{]*["'`]\s*;?$/.test(value!) ||
      givesSanitised(value!, text.slice(index + whole.length, index + whole.length + BODY_UNITS))
    )
      found.add(name!);
  return found;
}

/** `useMemo(() => {` whose body returns what a sanitiser made. */
const givesSanitised = (value: string, after: string): boolean =>
  /=>\s?\{$/.test(value) &&
  /^\s{0,20}return [\w.]{0,40}(?:sanitize|sanitise|purify)/im.test(after.split("\n  }", 1)[0]!);
