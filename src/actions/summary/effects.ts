// What the code of a file does beyond giving a result: network, disk, process, variables that outlive the call, errors. Told of the file's own code
// and of libraries that everybody knows; what other files of the repository do is not told. Says nothing where it is not sure.

import { importsOf } from "../../../common/syntax/imports.ts";
import { type LanguageSyntax, languageSyntax } from "../../../common/syntax/languages.ts";
import { type Reference, referencesIn } from "../../../common/syntax/references.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import { type OutsideKind, rulesOf } from "./effectRules.ts";
import { thrownIn } from "./errorsThrown.ts";
import { stateChanges } from "./stateChanges.ts";

export type EffectKind = OutsideKind | "state" | "throws";

export interface Effect {
  kind: EffectKind;
  /** What does it: the name of a function, a variable, or an error's class. */
  what: string;
  startIndex: number;
}

export const EFFECT_KINDS: readonly EffectKind[] = ["network", "disk", "process", "state", "throws"];

/** How much of a text one question sees, in UTF-16 units. */
const PART_UNITS = 16_384;

const MOST_CALL_UNITS = 2_000;
/** How far above a call the block around it is looked for. */
const MOST_BLOCK_UNITS = 8_000;

/** The effects of a file in its order. */
export function effectsOf(text: string, tree: SyntaxTree, languageId: string): Effect[] {
  const language = languageSyntax(languageId);
  if (!language) return [];
  const outside = outsideEffects(text, tree, languageId, language);
  const found = [
    ...outside,
    ...stateChanges(text, tree, languageId).map((one): Effect => ({ kind: "state", ...one })),
    ...thrownIn(text, tree, languageId).map((one): Effect => ({ kind: "throws", ...one })),
  ];
  return found.filter((one) => !isToldAs(one)).sort((a, b) => a.startIndex - b.startIndex);

  /** `os.environ["A"] = …` changes the environment, which is told; no variable `os`. */
  function isToldAs({ kind, startIndex }: Effect): boolean {
    return (
      kind === "state" &&
      outside.some(
        (other) =>
          other.startIndex > startIndex &&
          /^[\w.]{1,80}\.$/.test(text.slice(startIndex, Math.min(other.startIndex, startIndex + 99))),
      )
    );
  }
}

/** Whether the network, the disk and the process are told in a language, or its errors alone. */
export const tellsOutside = (languageId: string): boolean => rulesOf(languageId) !== undefined;

function outsideEffects(text: string, tree: SyntaxTree, languageId: string, language: LanguageSyntax): Effect[] {
  const rules = rulesOf(languageId);
  if (!rules) return [];
  const imports = importsOf(text, tree, language);
  const modules = imports.map(({ module }) => bareModule(module));
  const origins = originsOf(imports);
  const found: Effect[] = [];
  for (const reference of allReferences(text, tree, language)) {
    const { name, startIndex } = reference;
    const receiver = bareReceiver(reference.receiver);
    const after = text.slice(startIndex + name.length, startIndex + name.length + 200);
    const isCalled = /^(?:<[^()]{0,80}>)?(?:\?\.)?\s*\(/.test(after);
    const origin = originOf(receiver, name, origins);
    const path = receiver === "" ? name : `${receiver}.${name}`;
    const fits = ({ calls, values }: { calls?: RegExp; values?: RegExp }, told: string) =>
      (isCalled && calls?.test(told)) || values?.test(told);
    const ofModule = origin && rules.modules.get(origin.module)?.find((rule) => fits(rule, origin.name));
    const isOwn = origins.has(receiver === "" ? name : receiver.split(".")[0]!) || isDeclaredHere(text, name, receiver);
    const ofRuntime = isOwn ? undefined : rules.globals.find((rule) => fits(rule, path));
    const ofMethod =
      reference.receiver === undefined || ofModule
        ? undefined
        : rules.methods.find(
            ({ on, imports: needed, arguments: given, ...rule }) =>
              fits(rule, name) &&
              (on?.test(receiver) ?? true) &&
              (!needed || modules.some((module) => needed.test(module))) &&
              (given?.test(after) ?? true),
          );
    const rule = ofModule ?? ofRuntime ?? ofMethod;
    if (rule && languageId === "python" && name === "print" && printsElsewhere(text, startIndex)) continue;
    if (rule) found.push({ kind: rule.kind, what: path.length > 60 ? name : path, startIndex });
  }
  return found;
}

/** Whether a `print` of Python writes to a file or a buffer of the program: by its `file=`, or under `redirect_stdout`. */
function printsElsewhere(text: string, startIndex: number): boolean {
  const call = argumentsAt(text, text.indexOf("(", startIndex));
  const file = /[(,]\s*file\s*=\s*([\w.]+)/.exec(call)?.[1];
  if (file !== undefined) return !/^(?:sys\.(?:__)?std(?:err|out)\b|None$|stderr$|stdout$)/.test(file);
  const above = text.slice(Math.max(0, startIndex - MOST_BLOCK_UNITS), startIndex).split("\n");
  let indent = /^\s*/.exec(above.at(-1)!)![0].length;
  for (const line of above.slice(0, -1).reverse()) {
    const own = line.trim() === "" ? indent : line.length - line.trimStart().length;
    if (own >= indent) continue;
    if (/^\s*with\b.{0,200}\bredirect_std(?:out|err)\(/.test(line)) return true;
    indent = own;
  }
  return false;
}

/** From the bracket at `open` to the one that closes it, as far as a call is likely to go. */
function argumentsAt(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + MOST_CALL_UNITS); at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return text.slice(open, at + 1);
  }
  return text.slice(open, open + MOST_CALL_UNITS);
}

function* allReferences(text: string, tree: SyntaxTree, language: LanguageSyntax): Generator<Reference> {
  for (let start = 0; start < text.length; start += PART_UNITS)
    yield* referencesIn(text, tree, language, start, Math.min(start + PART_UNITS, text.length));
}

const bareModule = (module: string): string => module.replace(/^node:/, "");

/** Without what names the global object, and without `?`, `!` and blanks. */
const bareReceiver = (receiver = ""): string =>
  receiver
    .replace(/[?!\s]/g, "")
    .replace(/^(?:globalThis|global|window|self)\.(?=\w)/, "")
    .replace(/^(?:globalThis|global|window)$/, "");

/** What a local name stands for: a module, or a name of one. */
type Origins = ReadonlyMap<string, { module: string; name?: string }>;

function originsOf(imports: ReturnType<typeof importsOf>): Origins {
  const origins = new Map<string, { module: string; name?: string }>();
  for (const { module: written, names, locals } of imports) {
    const module = bareModule(written);
    for (const [at, local] of locals.entries()) {
      const name = names[at];
      const isWhole = name === undefined || name === "default";
      origins.set(local, isWhole ? { module } : { module, name });
    }
  }
  return origins;
}

/** The module and the name in it that a reference means: `readFile` of `fs` for `fs.promises.readFile`. */
function originOf(receiver: string, name: string, origins: Origins): { module: string; name: string } | undefined {
  if (receiver === "") {
    const own = origins.get(name);
    return own && { module: own.module, name: own.name ?? name };
  }
  const [root, ...rest] = receiver.split(".");
  const whole = origins.get(receiver) ?? origins.get(root!);
  if (!whole) return undefined;
  const path = origins.has(receiver) ? [] : rest;
  const inside = [...(whole.name === undefined ? [] : [whole.name]), ...path.filter((part) => part !== "promises")];
  const parts = inside.filter((part) => part !== "promises");
  if (parts.length === 0) return { module: whole.module, name };
  return { module: `${whole.module}.${parts.join(".")}`, name };
}

/** Whether the file declares the name that a path begins with, so that it is not the runtime's. */
function isDeclaredHere(text: string, name: string, receiver: string): boolean {
  const root = receiver === "" ? name : receiver.split(".")[0]!;
  if (!/^[\w$]+$/.test(root)) return true;
  return new RegExp(
    `(?:\\b(?:function|class|const|let|var|def|func)\\s+${root.replaceAll("$", "\\$")}\\b)|(?:[(,]\\s*${root.replaceAll("$", "\\$")}\\s*(?::[^,()]*)?[,)]\\s*(?:=>|\\{|:))`,
  ).test(text);
}
