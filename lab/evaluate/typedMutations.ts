// Mutations that need types: another member of the same object, another variable as an argument, two arguments the other way round. Whether the
// compiler flags one is for `makeMutations.ts` to see.

import ts from "typescript";
import { type SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import type { Site } from "./mutations.ts";

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;
const OTHERS_A_PLACE = 2; // members or variables that are tried at one place

export function typedSites(program: ts.Program, source: ts.SourceFile, random: SeededRandom): Site[] {
  const checker = program.getTypeChecker();
  const sites: Site[] = [];
  const add = (kind: Site["kind"], node: ts.Node, newText: string) =>
    sites.push({ kind, start: node.getStart(source), end: node.end, newText });

  function otherMembers({ expression, name }: ts.PropertyAccessExpression): void {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(expression));
    const others = checker.getPropertiesOfType(type).filter((one) => one.name !== name.text && NAME.test(one.name));
    for (const other of shuffled(others, random).slice(0, OTHERS_A_PLACE)) add("wrongMember", name, other.name);
  }

  function otherVariables(argument: ts.Identifier): void {
    const wanted = checker.getTypeAtLocation(argument);
    const others = checker.getSymbolsInScope(argument, ts.SymbolFlags.Variable).filter((symbol) => {
      const [declaration] = symbol.declarations ?? [];
      if (symbol.name === argument.text || declaration?.getSourceFile() !== source) return false;
      return declaration.end < argument.pos && checker.getTypeOfSymbolAtLocation(symbol, argument) !== wanted;
    });
    for (const other of shuffled(others, random).slice(0, OTHERS_A_PLACE)) add("wrongArgument", argument, other.name);
  }

  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name)) otherMembers(node);
    if (ts.isCallExpression(node)) {
      const given = [...node.arguments];
      for (const argument of given) if (ts.isIdentifier(argument)) otherVariables(argument);
      for (const [index, second] of given.entries()) {
        const first = given[index - 1];
        if (!first) continue;
        const [start, between] = [first.getStart(source), source.text.slice(first.end, second.getStart(source))];
        const newText = `${second.getText(source)}${between}${first.getText(source)}`;
        sites.push({ kind: "wrongArgument", start, end: second.end, newText });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sites;
}
