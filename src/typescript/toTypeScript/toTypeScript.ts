// Turns a JavaScript file into TypeScript: takes the types from its JSDoc, from what its code does with a value and from what its callers pass, and
// loosens them until the compiler finds nothing in the file or its callers that it does not find now. Writes nothing.

import type ts from "typescript";
import { refusalOfText } from "../../../common/rules/textRules.ts";
import type { Compiler } from "../compiler.ts";
import { type Problem, type TextChange, withChanges } from "../problems.ts";
import { type Collected, collect } from "./collect.ts";
import { commentChanges, declaredTypes } from "./comments.ts";
import { commonJsChanges, type ExportStyle } from "./commonJs.ts";
import type { CallsOf } from "./evidence/callers.ts";
import { Witness } from "./evidence/witness.ts";
import { type Extras, Mender, placesOf, type Tried } from "./mend.ts";
import { Programs } from "./programs.ts";
import type { NoTurn } from "./reasons.ts";
import { addTypes, chosen, Draft, type Slot } from "./slots.ts";

const MAX_LINES = 5_000;

/** The most times that types are loosened. */
const MAX_ROUNDS = 30;

/** How often the code is asked: a type that is found tells others. */
const EVIDENCE_ROUNDS = 3;

/** The most callers whose calls are looked at. */
const MAX_ASKED_CALLERS = 40;

export interface TurnRequest {
  compiler: Compiler;
  root: string; // absolute, with forward slashes
  file: string; // the same
  text: string;
  isThere(file: string): boolean;
  isCancelled?(): boolean;
}

export interface Turned {
  file: string; // its new name
  changes: TextChange[]; // of the JavaScript
  text: string;
  parameters: { all: number; typed: number; unknown: number }; // typed: the compiler knows more than `any`
  casts: number; // values that are cast
  callers: number; // files that were checked
}

/** @param detail what the compiler says, or where */
export interface NotTurned {
  reason: NoTurn;
  detail?: string;
}

export async function turnIntoTypeScript(request: TurnRequest): Promise<Turned | NotTurned> {
  const { compiler, root, file, text } = request;
  const refused = refusalOf(request);
  if (refused) return { reason: refused };
  const tree = compiler.createSourceFile(file, text, compiler.ScriptTarget.ESNext, true);
  const names = { js: file, ts: tsName(file, holdsJsx(compiler, tree)) };
  if (request.isThere(names.ts)) return { reason: "nameTaken", detail: nameOf(names.ts) };
  const declarations = file.replace(/\.([cm]?)jsx?$/, ".d.$1ts");
  if (request.isThere(declarations)) return { reason: "hasDeclarations", detail: nameOf(declarations) };
  const programs = await Programs.open(compiler, root, names, text);
  if (!programs) return { reason: "outsideProject" };
  try {
    return turnIn(programs, request);
  } catch (error) {
    return { reason: "compilerFailed", detail: (error as Error).message.split("\n")[0] ?? "" };
  } finally {
    programs.dispose();
  }
}

function refusalOf({ root, file, text }: TurnRequest): NoTurn | undefined {
  if (/\.[cm]?tsx?$/.test(file)) return "isTypeScript";
  if (!/\.([cm]?js|jsx)$/.test(file)) return "notJavaScript";
  if (!file.startsWith(`${root}/`) || file.includes("/node_modules/")) return "outsideProject";
  const refusal = refusalOfText(text);
  if (refusal === "generated" || refusal === "minified") return refusal;
  if (refusal !== undefined || text.split("\n", MAX_LINES + 1).length > MAX_LINES) return "tooLong";
  const comments = text
    .slice(0, 2_000)
    .split("\n")
    .filter((line) => /^(\/\/|\/?\*)/.test(line.trim()));
  return comments.some((line) => /@flow\b/.test(line)) ? "usesFlow" : undefined;
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

const tsName = (file: string, isJsx: boolean): string =>
  file.endsWith(".jsx") || (isJsx && file.endsWith(".js"))
    ? file.replace(/\.jsx?$/, ".tsx")
    : file.replace(/\.([cm]?)js$/, ".$1ts");

function holdsJsx(c: Compiler, tree: ts.SourceFile): boolean {
  const isJsx = (node: ts.Node): boolean =>
    c.isJsxElement(node) || c.isJsxSelfClosingElement(node) || c.isJsxFragment(node);
  const visit = (node: ts.Node): true | undefined => (isJsx(node) ? true : c.forEachChild(node, visit));
  return c.forEachChild(tree, visit) ?? false;
}

function turnIn(programs: Programs, request: TurnRequest): Turned | NotTurned {
  const { compiler: c } = request;
  const js = programs.before.getSourceFile(programs.names.js)!;
  const [syntax] = programs.before.getSyntacticDiagnostics(js);
  if (syntax) {
    const line = js.getLineAndCharacterOfPosition(syntax.start).line + 1;
    return {
      reason: "syntaxError",
      detail: `line ${line}: ${c.flattenDiagnosticMessageText(syntax.messageText, " ")}`,
    };
  }
  const maker = constructorFunctionIn(c, js);
  if (maker !== undefined) return { reason: "constructorFunctions", detail: maker };
  const known = new Known(programs);
  let refused: NotTurned | undefined; // the first time: what is tried next is stranger
  for (const style of ["named", "exact"] satisfies ExportStyle[]) {
    const written = commonJsChanges(c, js, style);
    if (!written) break;
    const attempt = () => new Attempt(programs, request, js, known, written);
    const first = attempt().run();
    const made = isProblem(first) ? attempt().run({ byComments: true }) : first;
    if (!("reason" in made) || written.length === 0) return made;
    refused ??= made;
  }
  return refused ?? { reason: "otherExports" };
}

const isProblem = (made: Turned | NotTurned): boolean => "reason" in made && made.reason === "newProblem";

/** The name of a function that is used like a class. */
function constructorFunctionIn(c: Compiler, js: ts.SourceFile): string | undefined {
  const functions = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (c.isFunctionDeclaration(node) && node.name) functions.add(node.name.text);
    if (
      c.isVariableDeclaration(node) &&
      c.isIdentifier(node.name) &&
      node.initializer &&
      c.isFunctionExpression(node.initializer)
    )
      functions.add(node.name.text);
    c.forEachChild(node, visit);
  };
  visit(js);
  return [...functions].find((name) =>
    new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}\\.prototype\\s*[.=[]`).test(js.text),
  );
}

/** Codes of the compiler for the same problem in other words. */
const SAME_CODE: Record<number, number> = {
  2551: 2339,
  2552: 2304,
  2580: 2304,
  7016: 2307,
  2792: 2307,
  2769: 2345,
  2322: 2345,
  2353: 2345,
  2559: 2345,
};

/** Codes for `import a = require()` and `export =` where the configuration has none. */
const OTHER_MODULES: ReadonlySet<number> = new Set([1202, 1203]);

const codeOf = ({ code }: Problem): number => SAME_CODE[code] ?? code;

/** The problems that are there already. */
export class Known {
  readonly #problems: ReadonlyMap<string, readonly Problem[]>;
  readonly #js: string;

  constructor(programs: Programs) {
    this.#js = programs.names.js;
    this.#problems = programs.problems(programs.before, [programs.names.js, ...programs.callers]);
  }

  isNew(file: string, problem: Problem): boolean {
    const known = this.#problems.get(file) ?? [];
    return !known.some((one) => one.start === problem.start && codeOf(one) === codeOf(problem));
  }

  /** The same for the turned file, whose problems stand elsewhere now. */
  isNewIn(draft: Draft, problem: Problem): boolean {
    const start = draft.before(problem.start);
    const replaced = draft.changes.find((change) => change.start <= start && start < change.end);
    const { start: from, end: to } = replaced ?? { start, end: start + 1 };
    const known = this.#problems.get(this.#js) ?? [];
    return !known.some((one) => one.start >= from && one.start < to && codeOf(one) === codeOf(problem));
  }
}

class Attempt {
  readonly #programs: Programs;
  readonly #request: TurnRequest;
  readonly #c: Compiler;
  readonly #js: ts.SourceFile;
  readonly #known: Known;
  readonly #collected: Collected;
  readonly #extras: Extras;
  readonly #gone: Set<ts.JSDocTag>;
  readonly #declaredAt: Set<number>;

  constructor(
    programs: Programs,
    request: TurnRequest,
    js: ts.SourceFile,
    known: Known,
    commonJs: readonly TextChange[],
  ) {
    this.#programs = programs;
    this.#request = request;
    this.#c = request.compiler;
    this.#js = js;
    this.#known = known;
    this.#collected = collect(this.#c, programs.before, js);
    const isModule = this.#c.isExternalModule(js) || commonJs.length > 0;
    const isExported = isModule && !commonJs.some(({ newText }) => newText.includes("export = "));
    const declared = declaredTypes(this.#c, js, isExported);
    this.#gone = new Set(declared.tags);
    this.#declaredAt = new Set(declared.changes.map(({ start }) => start));
    const isBehind = ({ newText }: TextChange) => newText.startsWith("\nexport"); // also behind a type at the same place
    this.#extras = {
      first: [...declared.changes, ...commonJs.filter((one) => !isBehind(one)), ...this.#collected.generics],
      last: commonJs.filter(isBehind),
      casts: 0,
    };
  }

  /** @param byComments whether only comments are asked for types, not the code */
  run({ byComments = false } = {}): Turned | NotTurned {
    let tried = this.#try();
    const most = byComments ? 0 : EVIDENCE_ROUNDS;
    for (let round = 0; round < most && this.#ask(tried); round++) tried = this.#try();
    let left: FoundProblem | undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (this.#request.isCancelled?.()) throw new this.#c.OperationCanceledException();
      const found = this.#newProblems(tried);
      [left] = found;
      if (!left) return this.#finish(tried);
      const mender = new Mender(tried);
      const mended = found.map(({ source, problem }) => mender.mend(source, problem));
      if (!mended.includes(true)) break;
      tried = this.#try();
    }
    if (left && OTHER_MODULES.has(left.problem.code)) return { reason: "otherModules" };
    return { reason: "newProblem", ...(left && { detail: detailOf(left) }) };
  }

  #try(comments: readonly TextChange[] = []): Tried {
    const { first, last } = this.#extras;
    const draft = new Draft(this.#js.text, this.#collected.slots, { first: [...first, ...comments], last });
    const { program, source } = this.#programs.after(draft.text);
    return { compiler: this.#c, program, source, draft, collected: this.#collected, extras: this.#extras };
  }

  /** Gives types to places that have none. @returns whether any was found */
  #ask(tried: Tried): boolean {
    const { program, source } = tried;
    const witness = new Witness(this.#c, program, this.#callsOf(tried));
    const slots = placesOf(tried);
    let isFound = false;
    const visit = (node: ts.Node): void => {
      if (this.#c.isParameter(node) || this.#c.isPropertyDeclaration(node)) {
        const slot = slots.get(node.name.getStart(source));
        if (slot && isOpen(slot) && !slot.hasUse) {
          const told = this.#c.isParameter(node) ? witness.parameter(node) : witness.field(node);
          addTypes(
            slot,
            told.types.map((type) => ({ type, from: "use" as const })),
          );
          if (told.isOptional && slot.mayBeOptional) slot.isOptional = true;
          if (told.types.length > 0) slot.hasUse = isFound = true;
        }
      }
      this.#c.forEachChild(node, visit);
    };
    visit(source);
    this.#settleOptional();
    return isFound;
  }

  /** A parameter is optional only where all after it are: otherwise it may be undefined. */
  #settleOptional(): void {
    const parameters = this.#collected.slots.filter(({ kind }) => kind === "parameter");
    for (const start of new Set(parameters.map(({ of }) => of))) {
      const slots = parameters.filter(({ of }) => of === start);
      let mayBe = true;
      for (const slot of slots.toReversed()) {
        if (!mayBe && slot.isOptional) {
          slot.isOptional = false;
          const { type, from } = chosen(slot);
          if (type !== "" && type !== "any" && from === "use") addTypes(slot, [{ type: `${type} | undefined`, from }]);
        }
        if (slot.mayBeOptional && !slot.isOptional) mayBe = false;
      }
    }
  }

  #callsOf({ program, source }: Tried): CallsOf {
    const checker = program.getTypeChecker();
    const found = new Map<ts.Node, (ts.CallExpression | ts.NewExpression)[]>();
    const visit = (node: ts.Node): void => {
      if (this.#c.isCallExpression(node) || this.#c.isNewExpression(node)) {
        const declaration = checker.getResolvedSignature(node)?.declaration;
        if (declaration && declaration.getSourceFile() === source) {
          const known = found.get(declaration);
          if (known) known.push(node);
          else found.set(declaration, [node]);
        }
      }
      this.#c.forEachChild(node, visit);
    };
    visit(source);
    for (const file of this.#programs.callers.slice(0, MAX_ASKED_CALLERS)) {
      const caller = program.getSourceFile(file);
      if (caller) visit(caller);
    }
    return found;
  }

  #newProblems({ program, source, draft }: Tried): FoundProblem[] {
    const { names, callers } = this.#programs;
    const own = this.#programs.problems(program, [names.ts]).get(names.ts) ?? [];
    const inFile = own.filter((one) => this.#known.isNewIn(draft, one)).map((problem) => ({ source, problem }));
    if (inFile.length > 0) return inFile; // callers take longer to check, and may follow
    return [...this.#programs.problems(program, callers)].flatMap(([file, problems]) =>
      problems
        .filter((one) => this.#known.isNew(file, one))
        .map((problem) => ({ source: program.getSourceFile(file)!, problem })),
    );
  }

  /** The comments go last, since they do not matter to the compiler; it has the last word nevertheless. */
  #finish(done: Tried): Turned | NotTurned {
    const { told, genericTags, slots } = this.#collected;
    const typed = new Set(genericTags.filter((tag) => !this.#gone.has(tag)));
    for (const slot of slots) {
      const tag = told.get(slot);
      if (tag && chosen(slot).from === "jsDoc") typed.add(tag);
    }
    const tried = this.#try(commentChanges(this.#c, this.#js, typed, this.#gone, this.#declaredAt));
    const [left] = this.#newProblems(tried);
    if (left) return { reason: "newProblem", detail: detailOf(left) };
    const { draft, program, source } = tried;
    return {
      file: this.#programs.names.ts,
      changes: [...draft.changes],
      text: withChanges(this.#js.text, draft.changes),
      parameters: countParameters(this.#c, program, source),
      casts: done.extras.casts,
      callers: this.#programs.callers.length,
    };
  }
}

interface FoundProblem {
  source: ts.SourceFile;
  problem: Problem;
}

function detailOf({ source, problem }: FoundProblem): string {
  const line = source.getLineAndCharacterOfPosition(problem.start).line + 1;
  return `${nameOf(source.fileName)}, line ${line}: ${problem.message.split("\n")[0]}`;
}

const isOpen = (slot: Slot): boolean => chosen(slot).from === "none";

/** The parameters of a file's functions, those of which the compiler knows more than `any`, and those of these that are `unknown`. */
export function countParameters(
  c: Compiler,
  program: ts.Program,
  source: ts.SourceFile,
): { all: number; typed: number; unknown: number } {
  const checker = program.getTypeChecker();
  const count = { all: 0, typed: 0, unknown: 0 };
  const visit = (node: ts.Node): void => {
    if (c.isTypeNode(node) && !c.isExpressionWithTypeArguments(node)) return;
    if (c.isParameter(node) && node.name.getText(source) !== "this") {
      count.all++;
      const type = checker.getTypeAtLocation(node);
      const isAny =
        (type.flags & c.TypeFlags.Any) !== 0 ||
        (node.dotDotDotToken !== undefined && /^any\[\]$/.test(checker.typeToString(type)));
      if (!isAny) count.typed++;
      if (type.flags & c.TypeFlags.Unknown) count.unknown++;
    }
    c.forEachChild(node, visit);
  };
  visit(source);
  return count;
}
