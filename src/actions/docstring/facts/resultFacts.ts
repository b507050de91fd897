// What a function returns by its statements, as far as the tree tells: what a loop finds or else, what is yielded, what comes instead of an error.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { unwrapped } from "./codeFacts.ts";
import {
  bare,
  type Code,
  callOf,
  inside,
  isLiteral,
  loopOf,
  quoted,
  returnedBy,
  simpleIf,
  statementsOf,
} from "./codeParts.ts";
import type { Fact } from "./fact.ts";
import { conditionWords } from "./guards.ts";
import { asCode, functionFact, valueFact } from "./valueFacts.ts";

/** @param statements what is reached where no guard has left */
export function resultFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const last = statements.at(-1);
  const value = returnedBy(last);
  const found = caughtFacts(statements, code);
  if (!value) return [...found, ...yieldedFacts(statements, code)];
  const returns = (nodes: readonly SyntaxNode[]) =>
    nodes.flatMap((one) => inside(one)).filter((one) => one.type === "return_statement").length;
  const before = statements.at(-2);
  const all = returns(statements);
  const isOfLoop = before && all === returns([before]) + 1;
  const ofLoop = isOfLoop && loopFact(before, value, all === 2, statements.length === 2, code);
  if (ofLoop) found.push(ofLoop);
  if (all > 1) return found;
  const fact = valueFact(bare(value), code) ?? functionFact(bare(value), statements, code);
  if (fact) found.push({ ...fact, isWhole: statements.length === 1 });
  return found;
}

/** A value that is only returned where the loop before it has found nothing. */
function loopFact(loop: SyntaxNode, value: SyntaxNode, isOnly: boolean, isAll: boolean, code: Code): Fact | undefined {
  const parts = loopOf(loop, code);
  const other = code.textOf(value);
  if (!parts || !isLiteral(other) || inside(loop).some(({ type }) => type === "break_statement")) return undefined;
  const list = quoted(parts.of, code);
  const guard = parts.body.length === 1 ? simpleIf(parts.body[0]) : undefined;
  const given = guard?.branch.length === 1 ? returnedBy(guard.branch[0]) : undefined;
  const local = parts.variable.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  if (guard && given && list && isOnly) {
    const condition = conditionWords(guard.condition, code, local)?.replace(/^if /, "");
    const one = quoted(given, code, local);
    const [yes, no] = [/^[tT]rue$/.test(code.textOf(given)), /^[fF]alse$/.test(code.textOf(given))];
    const truth = yes && /^[fF]alse$/.test(other) ? "any" : no && /^[tT]rue$/.test(other) ? "no" : undefined;
    if (condition && truth)
      return fact(`whether ${truth} \`${parts.variable}\` of ${list} satisfies ${asCode(condition)}`, isAll);
    if (condition && one && !yes && !no) {
      const what = one === `\`${parts.variable}\`` ? `the first ${one}` : `${one} for the first \`${parts.variable}\``;
      return fact(`${what} of ${list} where ${condition}, or \`${other}\` if there is none`, isAll);
    }
  }
  const gives = inside(loop).some((one) => returnedBy(one));
  if (!gives) return undefined;
  return {
    verb: "return",
    rest: `\`${other}\` if no \`${parts.variable}\`${list ? ` of ${list}` : ""} gives a result`,
    rank: 8,
  };
}

const fact = (rest: string, isWhole: boolean): Fact => ({ verb: "return", rest, rank: 10, isWhole });

/** What is returned instead of an error. */
function caughtFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const tries = statements.filter(({ type }) => type === "try_statement");
  const isHandler = ({ type }: SyntaxNode) => /^(?:catch|except)_clause$/.test(type);
  const handlers = tries.flatMap((one) => one.namedChildren.filter(isHandler));
  if (statements.flatMap((one) => inside(one)).filter(isHandler).length !== 1) return []; // another may do something else
  return handlers.flatMap((handler) => {
    const body = handler.childForFieldName("body") ?? handler.namedChildren.find(({ type }) => type === "block");
    const [first, ...more] = body ? statementsOf(body) : [];
    const value = more.length === 0 ? returnedBy(first) : undefined;
    const parameter = handler.childForFieldName("parameter");
    const passed =
      parameter && first && more.length === 0 && statements.length === 1
        ? passedTo(first, code.textOf(parameter), code)
        : undefined;
    if (passed) return [{ verb: "pass", rest: `a caught error to ${passed}`, rank: 8 }];
    const isSilent =
      body && first === undefined && statements.length === 1 && parameter === null && handler.type === "catch_clause";
    if (isSilent) return [{ verb: "ignore", rest: "errors", rank: 8 }];
    const what = value && (isLiteral(code.textOf(value)) ? `\`${code.textOf(value)}\`` : quoted(value, code));
    if (!what) return [];
    const named = handler.type === "except_clause" ? handler.namedChildren[0] : undefined;
    const isNamed = named !== undefined && named.type !== "block";
    const type =
      named && isNamed ? quoted(named.type === "as_pattern" ? named.namedChildren[0] : named, code) : undefined;
    if (isNamed && !type) return [];
    return [{ verb: "return", rest: `${what} if ${type ?? "an error"} is caught`, rank: 8 }];
  });
}

/** The function that a statement calls with one name alone. */
function passedTo(statement: SyntaxNode, name: string, code: Code): string | undefined {
  const expression = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
  const call = expression && callOf(bare(expression), code);
  return call?.arguments.length === 1 && code.textOf(call.arguments[0]) === name
    ? quoted(call.callee, code)
    : undefined;
}

/** A result that is made at the first call and kept. @param statements of the body */
export function keptFacts(statements: readonly SyntaxNode[], { textOf }: Code): Fact[] {
  const [first, ...rest] = statements;
  const guard = first && simpleIf(first);
  const value = returnedBy(statements.at(-1));
  const field = value ? textOf(value).replace(/!$/, "") : "";
  if (!guard || rest.length === 0 || !/^(?:this|self|cls)\.#?[\w$]+$/.test(field)) return [];
  const text = unwrapped(textOf(guard.condition));
  const isAbsent = [
    `!${field}`,
    `${field} === undefined`,
    `${field} == null`,
    `${field} === null`,
    `not ${field}`,
    `${field} is None`,
  ];
  const assigns = (node: SyntaxNode) =>
    inside(node).some((one) => {
      const left = one.childForFieldName("left");
      return /^assignment/.test(one.type) && left !== null && textOf(left) === field;
    });
  const isMissing = isAbsent.includes(text) && rest.length === 1 && guard.branch.some(assigns);
  const given = guard.branch.length === 1 ? returnedBy(guard.branch[0]) : undefined;
  const isPresent =
    [field, `${field} !== undefined`, `${field} != null`, `${field} !== null`, `${field} is not None`].includes(text) &&
    given &&
    textOf(given) === field &&
    rest.some(assigns);
  return isMissing || isPresent
    ? [{ verb: "keep", rest: `the result in \`${field}\` for later calls`, rank: 9.5 }]
    : [];
}

/** `for a in b: yield c` */
function yieldedFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const loop = statements.length === 1 ? loopOf(statements[0], code) : undefined;
  if (loop?.body.length !== 1) return [];
  const guard = simpleIf(loop.body[0]);
  const [only, ...more] = guard ? guard.branch : loop.body;
  const expression = only?.type === "expression_statement" ? only.namedChildren[0] : undefined;
  if (!expression || more.length > 0 || !/^yield/.test(expression.type)) return [];
  const value = expression.namedChildren.at(-1);
  if (expression.children.some(({ type }) => type === "from" || type === "*")) return [];
  const local = loop.variable.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  const [list, given] = [quoted(loop.of, code), value && quoted(value, code, local)];
  const condition = guard && conditionWords(guard.condition, code, local)?.replace(/^if /, "");
  if (!list || !given || (guard && !condition)) return [];
  const where = condition ? ` where ${condition}` : "";
  const rest =
    given === `\`${loop.variable}\``
      ? `each ${given} of ${list}${where}`
      : `${given} for each \`${loop.variable}\` of ${list}${where}`;
  return [{ verb: "yield", rest, rank: 10, isWhole: true }];
}
