// All facts that the tree tells about a function, and the sentence made of those that a reader would miss most. Pure.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { wordsOfName } from "../checks.ts";
import type { Signature } from "../signature/signature.ts";
import {
  assignmentOf,
  bare,
  type Code,
  callOf,
  inside,
  isNested,
  quoted,
  returnedBy,
  statementsOf,
} from "./codeParts.ts";
import { effectFacts } from "./effectFacts.ts";
import { type Fact, MOST_REST_UNITS } from "./fact.ts";
import { guardsOf } from "./guards.ts";
import { defaultFacts, generalFacts } from "./parameterFacts.ts";
import { keptFacts, resultFacts } from "./resultFacts.ts";
import { expressionFacts, orderFact } from "./valueFacts.ts";
import { type Mood, thirdPersonOf } from "./verbs.ts";
import { FREE, stem } from "./vocabulary.ts";

/** @param node a function; the facts that a reader would miss most come first */
export function factsToldBy(text: string, node: SyntaxNode, signature: Signature, locals: ReadonlySet<string>): Fact[] {
  const body = node.childForFieldName("body");
  if (!body || node.hasError || signature.kind === "constructor") return [];
  const code = codeOf(text, node, signature, locals);
  const names = signature.parameters.map(({ name }) => name);
  if (!/^(?:statement_block|block)$/.test(body.type)) {
    const order = orderFact(body, names, code);
    return order ? [order] : [...expressionFacts(body, code), ...generalFacts(body, code)];
  }
  const statements = statementsOf(body);
  const order = orderFact(statements.length === 1 ? (returnedBy(statements[0]) ?? undefined) : undefined, names, code);
  if (order) return [order];
  const { fact, rest } = guardsOf(statements, code);
  const later = rest.length < 2 ? code : { ...code, standsFor: new Map() }; // what has been done may have changed what a variable stood for
  const isConstructor = /^\p{Lu}/u.test(signature.name); // of old JavaScript
  const after = [...resultFacts(rest, later), ...(isConstructor ? [] : effectFacts(rest, body, later))].map((one) => ({
    ...one,
    isAfterGuard: fact !== undefined,
  }));
  const anyway = [...keptFacts(statements, later), ...defaultFacts(statements, later), ...generalFacts(body, later)];
  const found = [...(fact ? [fact] : []), ...after, ...anyway];
  const kept = found.some(({ verb }) => verb === "keep")
    ? found.filter((one) => !one.isGuard && one.verb !== "set")
    : found;
  return kept.filter(({ rest }) => rest.length <= MOST_REST_UNITS).toSorted((one, other) => other.rank - one.rank);
}

function codeOf(text: string, node: SyntaxNode, signature: Signature, locals: ReadonlySet<string>): Code {
  const body = node.childForFieldName("body")!;
  const textOf = (part: SyntaxNode) => text.slice(part.startIndex, part.endIndex);
  const unknown = new Set(locals);
  const parts: Code = {
    standsFor: new Map(),
    ...{
      textOf,
      name: signature.name,
      unknown,
      nothing: node.type === "function_definition" ? "None" : "undefined",
      givesNothing: signature.returns === "nothing" && !signature.isGenerator,
    },
    parameters: new Set(
      signature.parameters.flatMap(({ name, isDestructured, properties }) => (isDestructured ? properties : [name])),
    ),
    collected: new Set(signature.parameters.flatMap(({ name, stars }) => (stars > 0 ? [name] : []))),
    isMethod: node.type === "method_definition" || isInClass(node),
  };
  for (const one of inside(body)) {
    const left = assignmentOf(one, parts)?.left;
    if (left && bare(left).type === "identifier") unknown.add(textOf(left));
  }
  for (const one of inside(body, true)) {
    const own = /^(?:function_|generator_function|class_)/.test(one.type) ? one.childForFieldName("name") : null;
    if (own) unknown.add(textOf(own));
    const list = isNested(one) ? (one.childForFieldName("parameters") ?? one.childForFieldName("parameter")) : null;
    const bound = one.type === "for_in_clause" ? one.childForFieldName("left") : list;
    for (const name of bound ? (textOf(bound).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) : []) unknown.add(name);
    if (one.type.startsWith("import_")) for (const name of textOf(one).match(/\w+/g) ?? []) unknown.add(name);
  }
  for (const one of inside(body)) {
    const caught = one.type === "catch_clause" ? one.childForFieldName("parameter") : null;
    for (const name of caught ? (textOf(caught).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) : []) unknown.add(name);
  }
  return { ...parts, standsFor: constantsOf(body, parts) };
}

/** Calls that read what is there, as far as their names tell. */
const READS =
  /^(?:get|find|has|is|at|indexOf|lookup|resolve|which|len|Number|String|Boolean|int|str|float|type)(?![a-z])/;
/** The longest code that a name is replaced by, in UTF-16 units. */
const MOST_UNITS = 40;

/** The variables that the body declares once, at its top, and never assigns again. */
function constantsOf(body: SyntaxNode, code: Code): Map<string, string> {
  const times = new Map<string, number>();
  for (const one of inside(body)) {
    const left = one.type === "variable_declarator" ? one.childForFieldName("name") : assignmentOf(one, code)?.left;
    const changed = left ?? (/^update_expression$/.test(one.type) ? one.namedChildren[0] : undefined);
    if (changed?.type === "identifier") times.set(code.textOf(changed), (times.get(code.textOf(changed)) ?? 0) + 1);
  }
  const found = new Map<string, string>();
  for (const statement of statementsOf(body)) {
    for (const one of statement.namedChildren) {
      const isDeclared = one.type === "variable_declarator";
      const [name, value] = isDeclared
        ? [one.childForFieldName("name"), one.childForFieldName("value")]
        : statement.type === "expression_statement" && one.type === "assignment"
          ? [one.childForFieldName("left"), one.childForFieldName("right")]
          : [null, null];
      const isPath =
        value &&
        /^(?:call(?:_expression)?|member_expression|attribute|subscript(?:_expression)?)$/.test(bare(value).type);
      if (!name || !value || !isPath || name.type !== "identifier" || times.get(code.textOf(name)) !== 1) continue;
      const call = callOf(bare(value), code);
      if (call && !READS.test(call.method)) continue;
      const given = quoted(bare(value), { ...code, standsFor: found });
      if (given && given.length <= MOST_UNITS + 2 && !code.parameters.has(code.textOf(name)))
        found.set(code.textOf(name), given.slice(1, -1));
    }
  }
  return found;
}

function isInClass(node: SyntaxNode): boolean {
  const outer = node.parent?.type === "decorated_definition" ? node.parent.parent : node.parent;
  return /^class/.test(outer?.type ?? "") || /^class/.test(outer?.parent?.type ?? "");
}

/** The words of a text that tell something, as stems: none of grammar, and names by their words. */
const toldIn = (text: string): Set<string> =>
  new Set(
    (text.match(/[\p{L}\p{N}_$]+/gu) ?? [])
      .flatMap(wordsOfName)
      .filter((word) => !FREE.has(word))
      .map(stem),
  );

/** Words that tell nothing but where they are names of the code. */
const NOUNS = /\b(?:items?|elements?|data|details|options?|arguments?)\b/gi;

/** Whether a sentence tells more than what is known: a word that is none of these texts'. @param code of the function */
export function addsTo(known: readonly string[], sentence: string, code = ""): boolean {
  const have = new Set(known.flatMap((text) => [...toldIn(text)]));
  const named = new Set(wordsOfName(code));
  const names = new Set(known.flatMap(wordsOfName));
  const nouns = sentence.toLowerCase().match(NOUNS) ?? [];
  if (nouns.some((word) => named.has(word) && !names.has(word))) return true;
  const [, ...rest] = sentence.match(/[\p{L}\p{N}_$`.]+/gu) ?? [];
  return [...toldIn(rest.join(" "))].some((word) => !have.has(word));
}

/** What tells something whatever its names are. */
const SAYS_MORE =
  /^(?:call|keep|change|use|ignore|pass|emit|trigger)\b| to `(?:null|undefined|None|true|false|True|False|\d+|\[\]|\{\}|''|"")`/;

/** The least rank of a fact that is worth a docstring of its own. */
const LEAST_ALONE = 5.5;
/** The most facts in a docstring. */
const MOST_FACTS = 2;
/** The most units of UTF-16 in them together. */
const MOST_UNITS_TOLD = 160;

/**
 * The facts that are worth telling next to what is said.
 * @param known the name, and the summary, where there is one
 */
export function chosenFacts(facts: readonly Fact[], known: readonly string[]): Fact[] {
  const guard = facts.find(({ isGuard }) => isGuard);
  const least = known.length > 1 ? 0 : LEAST_ALONE;
  const chosen: Fact[] = [];
  for (const fact of facts) {
    const isNew =
      fact.isGuard ||
      fact.isWhole ||
      addsTo(known, `${fact.verb} ${fact.rest}`) ||
      SAYS_MORE.test(`${fact.verb} ${fact.rest}`);
    const isTold = fact.verb === "change" && chosen.some(({ rest }) => rest.includes(`${fact.rest.split("`")[1]}.`));
    const isFree = !fact.isAfterGuard || (guard !== undefined && chosen.includes(guard));
    const units = chosen.reduce((sum, { rest }) => sum + rest.length, fact.rest.length);
    const isShort = chosen.length === 0 || units <= MOST_UNITS_TOLD;
    if (isNew && isFree && !isTold && isShort && chosen.length < MOST_FACTS) chosen.push(fact);
  }
  return chosen.some(({ rank, isWhole }) => rank >= least || isWhole) ? chosen : [];
}

/** The facts as one sentence, without its full stop: "Returns `null` if `a` is empty; otherwise sets `this.b`". */
export function sentenceOf(facts: readonly Fact[], mood: Mood): string {
  const clauses = facts.map(({ verb, rest, isAfterGuard }, at) => {
    const said = mood === "thirdPerson" ? thirdPersonOf(verb) : verb;
    return `${at > 0 && isAfterGuard && facts[0].isGuard ? "otherwise " : ""}${said} ${rest}`;
  });
  const isOfOneKind = facts.length > 1 && facts.every(({ verb, rest }) => verb === "set" && !rest.includes(" if "));
  const text = isOfOneKind
    ? `${clauses[0]} and ${facts
        .slice(1)
        .map(({ rest }) => rest)
        .join(" and ")}`
    : clauses.join("; ");
  return text === "" ? "" : `${text[0].toUpperCase()}${text.slice(1)}`;
}
