// Candidate fixes that the types tell and the compiler does not offer, by the code of the problem. Verifies nothing: whoever asks does.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { Problem } from "../problems.ts";
import type { Draft } from "./candidate.ts";
import { conversions, optionalChain, otherLiterals } from "./conversions.ts";
import { nearMembers, nearNames, otherMembers } from "./members.ts";
import { nearModules } from "./modules.ts";
import { Places } from "./places.ts";
import { missingArguments, otherValues, swapped } from "./values.ts";

/** TypeScript's codes, by what is wrong. */
const CODES = {
  member: [2339, 2551, 2353, 2561, 2305, 2724, 2576, 2550],
  name: [2304, 2552, 2503, 2749, 2693],
  module: [2307, 2792, 2834, 2835, 6137],
  arguments: [2554, 2555, 2575],
  nullish: [2531, 2532, 2533, 18047, 18048, 18049, 2721, 2722],
} as const;

const isOne = (codes: readonly number[], code: number): boolean => codes.includes(code);

/** Whether a name is wrong, rather than a type: then one that is spelt nearly alike may be meant. Codes below 1,000 are not TypeScript's. */
export const isWrongName = ({ code }: Pick<Problem, "code">): boolean =>
  isOne(CODES.member, code) || isOne(CODES.name, code) || code < 1_000;

export const isMissingMember = ({ code }: Pick<Problem, "code">): boolean => code === 2339 || code === 2551;

export function typeCandidates(
  compiler: Compiler,
  program: ts.Program,
  source: ts.SourceFile,
  { start, end, code }: Problem,
): Draft[] {
  const places = new Places(compiler, program, source);
  const node = places.nodeAt(start, end);
  if (!node) return [];
  const near = isOne(CODES.member, code) ? nearMembers(places, node) : [];
  if (isOne(CODES.name, code)) return nearNames(places, node);
  if (isOne(CODES.module, code)) {
    const files = program.getSourceFiles().map(({ fileName }) => fileName);
    return nearModules(
      places,
      node,
      files.filter((file) => !file.includes("/node_modules/")),
    );
  }
  const value = places.valueOf(node);
  return [
    ...near,
    ...literalsIn(places, value).flatMap((literal) => otherLiterals(places, literal)),
    ...(isOne(CODES.arguments, code) ? missingArguments(places, node) : []),
    ...swapped(places, node),
    ...(value ? otherValues(places, value) : []),
    ...otherMembers(places, node, isOne(CODES.member, code)),
    ...(isOne(CODES.nullish, code) ? optionalChain(places, node) : []),
    ...(value ? conversions(places, value) : []),
  ];
}

/** The literal that is wrong: the value itself, or an operand of it. */
function literalsIn({ compiler }: Places, value: ts.Expression | undefined): ts.Expression[] {
  if (!value) return [];
  const isLiteral = (node: ts.Node) => compiler.isStringLiteralLike(node) || compiler.isNumericLiteral(node);
  if (isLiteral(value)) return [value];
  const operation = compiler.isBinaryExpression(value)
    ? value
    : compiler.isBinaryExpression(value.parent)
      ? value.parent
      : undefined;
  return operation ? [operation.left, operation.right].filter(isLiteral) : [];
}
