// Input that becomes code (CWE-95, CWE-1336), objects (CWE-502), or a module's name (CWE-470). Pure.

import type { Code } from "./code.ts";
import { constantsOf } from "./constants.ts";
import { realNames } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Calls that evaluate code. Any argument but a literal is code from somewhere else. */
const evaluates =
  /^(?:(?:window|globalThis|global|self|builtins|__builtins__)\.)?eval$|^(?:new )?Function$|^vm\.runIn\w+$|^(?:new )?vm\.Script$|(?:^|\.)(?:CSharpScript\.(?:EvaluateAsync|RunAsync|Create)|create_function|instance_eval|class_eval|executeScriptAsync|getEngineByName\([^()]{0,40}\)\.eval|(?:new )?\w{0,8}ExpressionParser\(\)\.parseExpression|[pP]arser\.parseExpression|GroovyShell\(.{0,160}\)\.(?:evaluate|parse|run)|Ognl\.getValue|MVEL\.eval|JexlEngine\(\)\.createExpression|RunString|DataTable\(\)\.Compute)$/;
const pythonExec = /^(?:builtins\.)?exec$/;
/** The same in languages of which little else is known here. */
const evaluatesIn: readonly { languages: RegExp; callee: RegExp }[] = [
  { languages: /^elixir$/, callee: /^Code\.(?:eval_string|eval_quoted|compile_string)$/ },
  { languages: /^lua$/, callee: /^(?:load|loadstring)$/ },
  { languages: /^(?:swift|objective-c)$/, callee: /\.evaluateScript$/ },
];
/** Calls that make objects from bytes, and may run code for it. From memory the bytes are mostly somebody else's. */
const deserialises =
  /(?:^|\.)(?:(?:c?[pP]ickle|dill|cloudpickle|marshal|_pickle)\.loads|jsonpickle\.decode|(?:node-)?serialize\.unserialize|unserialize|Marshal\.load|yaml\.unsafe_load(?:_all)?|YAML\.unsafe_load|YAML\.load)$/;
/** The same of files: dangerous if an input says which. */
const deserialisesFile =
  /(?:^|\.)(?:(?:c?[pP]ickle|dill|cloudpickle|marshal|joblib|torch)\.load|shelve\.open|read_pickle|np\.load|importlib\.import_module|__import__|Class\.forName|Type\.GetType|fromXML|plugin\.Open|require|import)$/;
/** Formats of Java and .NET that make objects of any class, whatever they are given. */
const anyObject = /^(?:Binary|Soap|Los|ObjectState)Formatter$|^NetDataContractSerializer$|^XMLDecoder$/;
const anyClass =
  /\bSimpleTypeResolver\b|\bXMLParser\([^)\n]{0,80}\bresolve_entities\s?=\s?True|\bnoent\s?:\s?true\b|\bLIBXML_NOENT\b|\bDtdProcessing\.Parse\b|\bnew XmlUrlResolver\b|\bDEFAULT_FULL_SCHEMA\b|\bsetRegistrationRequired\(false|\bTypeNameHandling\.(?:All|Auto|Objects|Arrays)\b|\b(?:enableDefaultTyping|activateDefaultTyping)\(/g;
/** Java's engines for other languages, of which any text is code. */
const scriptEngine =
  /\bgetEngineByName\(|\bScriptEngine\s\w|\bGroovyShell\(|\bScriptingContainer\b|\bPythonInterpreter\b|\bJexl(?:Engine|Builder)\b|\bbsh\.Interpreter\b/;
/** Ruby's calls of a method, and look-ups of a class, by name. */
const named =
  /(?:^|\.)(?:send|public_send|__send__|const_get|instance_variable_get|safe_constantize|constantize|method)$/;
/** Java's parsers of XML, which follow a document's references to files and addresses unless they are told not to (CWE-611). */
const readsXml = /\.(?:parse|build|read|createXML(?:Stream|Event)Reader|unmarshal)$/;
const entities =
  /\b(?:DocumentBuilderFactory|SAXParserFactory|XMLInputFactory|SAXReader|SAXBuilder|XMLReaderFactory)\b/;
const withoutEntities =
  /setFeature|setProperty|FEATURE_SECURE|disallow-doctype|setXIncludeAware|ACCESS_EXTERNAL|setEntityResolver/;
const yamlLoad = /^yaml\.(?:load|load_all)$/;
const templates =
  /(?:^|\.)(?:from_string|Template|render_template_string|ejs\.render|pug\.(?:render|compile)|Handlebars\.compile|_\.template|nunjucks\.renderString|Mustache\.render|\w{1,20}\.(?:renderString|render_str|renderTemplateString)|doT\.template|ERB\.new|createTemplate|Engine\.Razor\.RunCompile|template\.New\([^()]{0,60}\)\.(?:Funcs\([^()]{0,60}\)\.)?Parse)$/;

const DEFINED_UNITS = 16;

export function executedInput(code: Code, input: Input): Span[] {
  const { text, languageId } = code;
  const found: Span[] = [];
  const real = realNames(text);
  const evaluatesHere = evaluatesIn.find(({ languages }) => languages.test(languageId))?.callee;
  for (const { callee: name, start, end, args } of code.calls) {
    const callee = real(name);
    const [first] = args;
    const all = first ? text.slice(first.start, end) : "";
    if (isAnyObject(code, callee, all)) found.push({ start, end });
    if (!first) continue;
    const expression = text.slice(first.start, first.end);
    const isDefined = /\b(?:def|function|func|fun|async)\s{1,4}$/.test(
      text.slice(Math.max(0, start - DEFINED_UNITS), start),
    );
    const isExec =
      !isDefined &&
      (evaluates.test(callee) || evaluatesHere?.test(callee) || (pythonExec.test(callee) && languageId === "python"));
    if (isExec && !isLiteral(all) && !/^compile\(/.test(expression)) found.push({ start, end: first.end });
    else if (/^(?:window\.)?set(?:Timeout|Interval)$/.test(callee) && isBuilt(code, first)) found.push({ start, end });
    else if (deserialises.test(callee) && (input.comesIn(expression) || !isOwn(code, expression)))
      found.push({ start, end });
    else if (deserialisesFile.test(callee) && (input.comesIn(expression) || isFromMemory(callee, all)))
      found.push({ start, end });
    else if (callee === "getattr" && args[1] && input.comesIn(text.slice(args[1].start, args[1].end)))
      found.push({ start, end });
    else if (templates.test(callee) && input.comesIn(expression)) found.push({ start, end });
    else if (
      /\.(?:eval|evaluate|runScriptlet)$/.test(callee) &&
      (input.comesIn(expression) || (scriptEngine.test(text) && !isLiteral(all)))
    )
      found.push({ start, end });
    else if (readsXml.test(callee) && entities.test(text) && !withoutEntities.test(text) && input.comesIn(expression))
      found.push({ start, end });
    else if (/^(?:df|frame|data|table|\w{0,20}_df)\.(?:query|eval)$/.test(callee) && input.comesIn(expression))
      found.push({ start, end });
    else if (languageId === "ruby" && named.test(callee) && input.comesIn(expression)) found.push({ start, end });
    else if (/^compile$/.test(callee) && languageId === "python" && isExecuted(code, start)) found.push({ start, end });
    else if (
      yamlLoad.test(callee) &&
      languageId === "python" &&
      !/Loader\s*=\s*(?:yaml\.)?C?(?:Safe|Base)Loader|,\s*(?:yaml\.)?C?SafeLoader/.test(all) &&
      end < text.length
    )
      found.push({ start, end });
  }
  found.push(...givenCode(code, input));
  if (/^c(?:pp)?$/.test(languageId)) found.push(...openFormats(code));
  for (const { index, 0: whole } of text.matchAll(anyClass)) found.push({ start: index, end: index + whole.length });
  return found;
}

/** Calls that evaluate what they are given, by language, and which argument that is; any of them without a number. */
const evaluatesGiven: readonly { languages: RegExp; callee: RegExp; argument?: number }[] = [
  {
    languages: /^c(?:pp)?$/,
    callee: /^(?:luaL_(?:do|load)string|PyRun_SimpleString|PyRun_String|duk_p?eval_string|JS_Eval)$/,
  },
  { languages: /^php$/, callee: /^(?:call_user_func(?:_array)?|array_map)$/, argument: 0 },
  {
    languages: /^(?:java|kotlin|groovy|scala)$/,
    callee: /(?:^|\.)(?:(?:new )?Template|[vV]elocity(?:Engine)?\.evaluate|SerializationUtils\.deserialize)$/,
  },
];
/** Calls that give a page or a window a script, as a string. */
const givesScript =
  /(?:^|\.)(?:evaluateJava[sS]cript|executeJavaScript|executeScript|execute_script|stringByEvaluatingJavaScript|page\.evaluate|addScriptTag|loadUrl)$/;
const escapedForScript = /stringify|quote|escape|encode|dumps|\.toInt|\.length|^\d/i;

function givenCode(code: Code, input: Input): Span[] {
  const { text, languageId } = code;
  const known = evaluatesGiven.find(({ languages }) => languages.test(languageId));
  const found: Span[] = [];
  for (const { callee, start, end, args } of code.calls) {
    const given = known?.argument === undefined ? args : args.slice(known.argument, known.argument + 1);
    if (known?.callee.test(callee) && given.some((one) => input.comesIn(text.slice(one.start, one.end))))
      found.push({ start, end });
    if (
      languageId === "php" &&
      /\$\w{1,40}\.?(?:::)?\$\w{1,40}$/.test(callee) &&
      input.comesIn(callee.replace(/^.*(?=\$)/, ""))
    )
      found.push({ start, end });
    if (givesScript.test(callee))
      found.push(
        ...code.composed.filter(
          (one) =>
            one.start === args[0]?.start &&
            one.holes.some((hole) => !escapedForScript.test(hole)) &&
            (!/loadUrl$/.test(callee) || one.text.startsWith("javascript:")),
        ),
      );
  }
  if (languageId === "python")
    for (const { index, 0: whole, 1: name } of text.matchAll(/\b(?:globals|locals|vars)\(\)\[([^\]\n]{1,80})/g))
      if (input.comesIn(name!)) found.push({ start: index, end: index + whole.length });
  if (languageId === "ruby")
    for (const {
      index,
      0: { length },
    } of text.matchAll(/\bparams\[[^\]\n]{1,40}\](?:\.\w{1,20}){0,2}\.(?:safe_)?constantize\b/g))
      found.push({ start: index, end: index + length });
  return found;
}

/** C's functions that print, and which argument is the format. */
const prints: readonly { callee: RegExp; argument: number }[] = [
  { callee: /^(?:printf|g_print|NSLog)$/, argument: 0 },
  { callee: /^(?:fprintf|syslog|sprintf|dprintf)$/, argument: 1 },
  { callee: /^snprintf$/, argument: 2 },
];

/** `printf(line)`: what a text says is read as a format (CWE-134). */
function openFormats(code: Code): Span[] {
  const isConstant = constantsOf(code);
  return code.calls.flatMap(({ callee, args }) => {
    const known = prints.find((one) => one.callee.test(callee));
    const arg = known && args.length === known.argument + 1 ? args[known.argument] : undefined;
    if (!arg) return [];
    const expression = code.text.slice(arg.start, arg.end);
    const isName = /^[a-z][a-z\d_]{0,40}(?:(?:->|\.)\w{1,30})?$/.test(expression);
    return isName && !/fmt|format|usage|help|banner/i.test(expression) && !isConstant(expression) ? [arg] : [];
  });
}

/** Bytes that the same code has written, as tests of serialisation do. */
const writtenHere = /\bObjectOutputStream\(|\.toByteArray\(\)/;

/** Java's object streams, SnakeYAML's and .NET's formatters, unless they read the program's own file. */
function isAnyObject({ text, languageId }: Code, callee: string, all: string): boolean {
  if (!/^(?:java|kotlin|scala|groovy|csharp|vb|fsharp)$/.test(languageId)) return false;
  const name = callee.replace(/^new\s+/, "");
  if (anyObject.test(name)) return true;
  if (/\.fromXML$/.test(name))
    return /\bnew XStream\(|\bXStream\(/.test(text) && !/allowTypes|addPermission|denyTypes|File|resource/i.test(text);
  if (/(?:^|\.)ObjectInputStream$/.test(name))
    return all !== "" && !/File|newInputStream|resource/i.test(all) && !writtenHere.test(text);
  if (/\.readObject$/.test(name) && writtenHere.test(text)) return false;
  if (/\.readObject$/.test(name)) return /\bObjectInputStream\((?![^\n]{0,80}(?:File|newInputStream))/.test(text);
  if (/\.Deserialize$/.test(name)) return /\b(?:Binary|Soap|Los)Formatter\b/.test(text);
  const isYaml =
    /(?:^|\s)Yaml\(\)\.load(?:All|As)?$/.test(name) ||
    (/\byaml\.load(?:All|As)?$/.test(name) && /\bnew Yaml\(/.test(text));
  return isYaml && !/SafeConstructor/.test(text);
}

/** Whether a file is none, but bytes that somebody sent: `torch.load(io.BytesIO(data))`. */
const isFromMemory = (callee: string, all: string): boolean =>
  /\bBytesIO\(/.test(all) &&
  !/\bdumps?\(|weights_only\s?=\s?True|b["']/.test(all) &&
  (!/np\.load$/.test(callee) || /allow_pickle\s?=\s?True/.test(all));

/** Whether the bytes were made here: `pickle.loads(pickle.dumps(a))`, or above. */
const isOwn = ({ languageId, text }: Code, expression: string): boolean =>
  /\bdumps?\(|^b?["']/.test(expression) ||
  (/^\w{1,60}$/.test(expression) && new RegExp(`(?<![\\w.])${expression}\\s?=\\s?[\\w.]{0,40}dumps?\\(`).test(text)) ||
  (languageId === "ruby" && /File|\.read\b/.test(expression));

const isExecuted = ({ text }: Code, at: number): boolean => {
  const name = /(\w{1,60})\s?=\s?$/.exec(text.slice(Math.max(0, at - 70), at))?.[1];
  return name !== undefined && new RegExp(`\\b(?:exec|eval)\\(${name}\\b`).test(text.slice(at));
};

const isLiteral = (args: string): boolean => /^\s*(?:(?:"[^"\\]*"|'[^'\\]*'|`[^`$\\]*`)\s*(?:,\s*)?)*$/.test(args);
const isBuilt = ({ composed }: Code, { start, end }: Span): boolean =>
  composed.some((one) => one.start >= start && one.end <= end && one.start === start);
