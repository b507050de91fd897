// What a function does at once for some arguments: "Returns `null` if `a` is empty", "Does nothing unless `b` is truthy". True by construction:
// only guards that come before anything else are told, and nothing behind a guard that cannot be told.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { unwrapped } from "./codeFacts.ts";
import { type Code, inside, isLiteral, namesUnknown, quoted, resolved, returnedBy, simpleIf } from "./codeParts.ts";
import { ifWords } from "./conditionWords.ts";
import { type Fact, MOST_REST_UNITS } from "./fact.ts";

const RANK = 9;

interface Guarded {
  fact?: Fact;
  /** The statements that follow where no guard has left; none where a guard cannot be told. */
  rest: readonly SyntaxNode[];
}

interface Group {
  value: SyntaxNode | null;
  code: string;
  conditions: string[];
}

/** @param statements of the body */
export function guardsOf(statements: readonly SyntaxNode[], code: Code): Guarded {
  const groups: Group[] = [];
  let at = 0;
  let canThrow = false;
  for (; at < statements.length; at++) {
    const statement = statements[at];
    if (isPlainDeclaration(statement)) continue;
    if (isDeclaration(statement) && !code.givesNothing) continue;
    const guard = simpleIf(statement);
    if (guard?.branch.length !== 1 || at === statements.length - 1) break;
    if (/^(?:throw|raise)_statement$/.test(guard.branch[0].type)) {
      canThrow = true;
      continue;
    }
    const value = returnedBy(guard.branch[0]);
    if (value === undefined) break;
    const condition = conditionWords(guard.condition, code);
    if (condition === undefined) return { rest: [], ...asFact(groups, code) };
    const text = value ? unwrapped(code.textOf(value)) : "";
    const last = groups.at(-1);
    if (last?.code === text) last.conditions.push(condition);
    else groups.push({ value, code: text, conditions: [condition] });
  }
  const rest = statements.slice(at);
  if (groups.length === 0) return (canThrow ? undefined : unless(rest, code)) ?? { rest };
  const { fact } = asFact(groups, code);
  if (canThrow && fact?.verb === "do") return { rest: [] }; // it does throw
  if (!fact || !isAllTold(groups)) return { rest: [], ...(fact ? { fact } : {}) };
  const last = rest.length === 1 ? returnedBy(rest[0]) : undefined;
  const other = last && fact.verb === "return" ? quoted(last, code) : undefined;
  const words = `${fact.rest}, otherwise ${other}`;
  const isLong = words.length > MOST_REST_UNITS || fact.rest.includes("otherwise");
  return other && !isLong ? { fact: { ...fact, rest: words, isWhole: groups.length === 1 }, rest: [] } : { fact, rest };
}

const isAllTold = (groups: readonly Group[]): boolean =>
  groups.length === 1
    ? groups[0].conditions.length <= 2
    : groups.length === 2 && groups.every((one) => one.conditions.length === 1);

function asFact(groups: readonly Group[], code: Code): { fact?: Fact } {
  if (groups.length === 0 || groups[0].conditions.length > 2) return {};
  const [first, second] = groups;
  const words = resultWords(first, code);
  if (!words) return {};
  const condition = first.conditions.join(", or ");
  const isSame = condition.split("`")[1] === words.what.split("`")[1]; // "`a` if `a` is set"
  const when = isSame ? condition.replace(/`[^`]*`/, "that") : condition;
  const one = { verb: words.verb, rest: `${words.what} ${when}`, rank: RANK, isGuard: true };
  if (!second || !isAllTold(groups)) return { fact: one };
  const more = resultWords(second, code);
  if (more?.verb !== "return" || words.verb !== "return") return {};
  return { fact: { ...one, rest: `${one.rest}, otherwise ${more.what} ${second.conditions[0]}` } };
}

function resultWords({ value, code: text }: Group, code: Code): { verb: string; what: string } | undefined {
  const isNothing = value === null || /^(?:undefined|None|null)$/.test(text);
  if (isNothing && code.givesNothing) return { verb: "do", what: "nothing" };
  if (value === null) return { verb: "return", what: `\`${code.nothing}\`` };
  if (isLiteral(text)) return text.includes("`") ? undefined : { verb: "return", what: `\`${text}\`` };
  if (code.parameters.has(text) && !code.unknown.has(text)) return { verb: "return", what: `\`${text}\` unchanged` };
  const what = quoted(value, code);
  return what === undefined ? undefined : { verb: "return", what };
}

/** A function that does something only within one `if`. */
function unless(rest: readonly SyntaxNode[], code: Code): Guarded | undefined {
  const only = rest.length === 1 && code.givesNothing ? simpleIf(rest[0]) : undefined;
  const words = only && conditionWords(only.condition, code);
  if (!only || !words) return undefined;
  const not = conditionWords(only.condition, code, [], false);
  const isPlain = not !== undefined && !not.endsWith("does not hold");
  const when = isPlain ? not : `unless ${words.replace(/^if /, "")}`;
  const fact = { verb: "do", rest: `nothing ${when}`, rank: RANK, isGuard: true };
  return { fact, rest: only.branch };
}

/** "if …", where it asks nothing that no caller knows, and changes nothing. */
export function conditionWords(
  node: SyntaxNode,
  code: Code,
  local: readonly string[] = [],
  holds = true,
): string | undefined {
  const text = resolved(oneLine(unwrapped(code.textOf(node))), code, local);
  if (namesUnknown(text, code, local)) return undefined;
  if (inside(node, true).some(({ type }) => /assignment|update_expression|named_expression|await|^yield/.test(type)))
    return undefined;
  return ifWords([{ code: text, holds }]);
}

const oneLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .join(" ");

const isDeclaration = (node: SyntaxNode): boolean =>
  /^(?:lexical|variable)_declaration$/.test(node.type) ||
  (node.type === "expression_statement" &&
    node.namedChildren[0]?.type === "assignment" &&
    node.namedChildren[0].childForFieldName("left")?.type === "identifier");

/** Names for what is there: calls nothing but what reads. */
const isPlainDeclaration = (node: SyntaxNode): boolean =>
  isDeclaration(node) &&
  !inside(node).some(({ type }) => /^(?:call|call_expression|new_expression|await|await_expression|yield)$/.test(type));
