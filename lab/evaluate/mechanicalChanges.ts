// Mechanical changes that a person makes in one place of a file and then has to follow elsewhere: drawn from what a file declares.

import ts from "typescript";
import { type SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";

export const MECHANICAL_KINDS = [
  "renamedExport",
  "renamedProperty",
  "addedDefault", // a parameter with a default, at any place
  "removedParameter", // its uses in the body stay, as a variable of the same name
  "reorderedParameters",
  "movedExport", // cut, then pasted into a neighbouring file
  "typedName", // a use of an imported name is typed where its import is missing
] as const;
export type MechanicalKind = (typeof MECHANICAL_KINDS)[number];

/** One settled edit. */
interface Step {
  file: string;
  before: string;
  now: string;
}

export interface Mechanical {
  kind: MechanicalKind;
  name: string;
  newName?: string; // of a rename
  importedFrom?: string; // of a typed name: the module that it came from, as it was written
  names: string[]; // what a file has to mention to be concerned
  steps: Step[];
}

/** At most one change of each kind and place, in a random order. @param files all files of the project */
export function mechanicalChanges(
  program: ts.Program,
  file: string,
  files: readonly string[],
  random: SeededRandom,
): Mechanical[] {
  const source = program.getSourceFile(file);
  if (!source) return [];
  const found: Mechanical[] = [];
  const { text } = source;
  const step = (now: string): Step[] => [{ file, before: text, now }];
  const replaced = (node: ts.Node, newText: string): string =>
    text.slice(0, node.getStart(source)) + newText + text.slice(node.end);
  const usedElsewhere = (name: string): boolean =>
    files.some((other) => other !== file && (program.getSourceFile(other)?.text.includes(name) ?? false));

  const rename = (kind: MechanicalKind, node: ts.Node): void => {
    const name = node.getText(source);
    if (!ts.isIdentifier(node) || !usedElsewhere(name)) return;
    const newName = `${name}Renewed`;
    found.push({ kind, name, newName, names: [name], steps: step(replaced(node, newName)) });
  };

  const parameters = (node: ts.SignatureDeclaration, name: string): void => {
    const its = node.parameters;
    const { body } = node as { body?: ts.Node };
    if (
      !body ||
      its.some((one) => one.dotDotDotToken || !ts.isIdentifier(one.name) || one.name.text === "this" || !one.type)
    )
      return;
    const texts = its.map((one) => one.getText(source));
    const withList = (list: readonly string[], lead = ""): string => {
      const inside = lead !== "" && ts.isBlock(body) ? text.slice(its.end, body.pos) : undefined;
      const start = its.length > 0 ? its[0]!.getStart(source) : its.pos;
      const rest =
        inside === undefined || !ts.isBlock(body)
          ? text.slice(its.end)
          : inside + text.slice(body.pos, body.getStart(source) + 1) + lead + text.slice(body.getStart(source) + 1);
      return text.slice(0, start) + list.join(", ") + rest;
    };
    const names = [name];
    const at = random.between(0, texts.length);
    if (its.slice(at).every((one) => !one.questionToken && !one.initializer))
      found.push({ kind: "addedDefault", name, names, steps: step(withList(texts.toSpliced(at, 0, "extra = 0"))) });
    if (ts.isBlock(body) && its.length > 0) {
      const gone = random.between(0, its.length - 1);
      const { name: variable, type } = its[gone]!;
      const lead = ` let ${variable.getText(source)}!: ${type!.getText(source)};`;
      found.push({ kind: "removedParameter", name, names, steps: step(withList(texts.toSpliced(gone, 1), lead)) });
    }
    const plain = its.every((one) => !one.questionToken && !one.initializer);
    if (plain && its.length > 1) {
      const first = random.between(0, its.length - 2);
      const list = texts.toSpliced(first, 2, texts[first + 1]!, texts[first]!);
      found.push({ kind: "reorderedParameters", name, names, steps: step(withList(list)) });
    }
  };

  const move = (statement: ts.Statement, name: string): void => {
    if (!standsAlone(program, statement)) return;
    const folder = file.slice(0, file.lastIndexOf("/") + 1);
    const neighbours = files.filter((other) => {
      const its = program.getSourceFile(other);
      return other !== file && other.startsWith(folder) && its && ts.isExternalModule(its) && !its.text.includes(name);
    });
    if (neighbours.length === 0 || !usedElsewhere(name)) return;
    const home = random.pick(neighbours);
    const before = program.getSourceFile(home)!.text;
    const cut = text.slice(0, statement.pos) + text.slice(statement.end);
    const pasted = `${before.trimEnd()}\n\n${statement.getText(source)}\n`;
    const steps = [...step(cut), { file: home, before, now: pasted }];
    found.push({ kind: "movedExport", name, names: [name], steps });
  };

  const visit = (node: ts.Node): void => {
    const { name } = node as { name?: ts.Node };
    const isNamed = name !== undefined && ts.isIdentifier(name);
    if (isNamed && ts.isStatement(node) && isExported(node)) rename("renamedExport", name);
    if (isNamed && (ts.isPropertySignature(node) || ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node)))
      if (!ts.isObjectLiteralExpression(node.parent)) rename("renamedProperty", name);
    if (isNamed && (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && usedElsewhere(name.text))
      parameters(node, name.text);
    if (ts.isConstructorDeclaration(node) && node.parent.name) parameters(node, node.parent.name.text);
    if (ts.isVariableStatement(node) && isExported(node) && node.declarationList.declarations.length === 1) {
      const [declaration] = node.declarationList.declarations;
      rename("renamedExport", declaration!.name);
      if (declaration!.initializer && ts.isArrowFunction(declaration!.initializer))
        parameters(declaration!.initializer, declaration!.name.getText(source));
      if (node.parent === source) move(node, declaration!.name.getText(source));
    } else if (isNamed && ts.isStatement(node) && node.parent === source && isExported(node)) move(node, name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  found.push(...typedNames(source));
  return shuffled(found, random);
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false) &&
  !ts.getModifiers(node)!.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);

/** Whether a declaration names nothing of its file but itself. */
function standsAlone(program: ts.Program, statement: ts.Statement): boolean {
  const checker = program.getTypeChecker();
  const source = statement.getSourceFile();
  let alone = true;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const isShorthand = ts.isShorthandPropertyAssignment(node.parent);
      const symbol = isShorthand
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node);
      for (const declaration of symbol?.declarations ?? []) {
        const isInside = declaration.pos >= statement.pos && declaration.end <= statement.end;
        if (declaration.getSourceFile() === source && !isInside) alone = false;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return alone;
}

/** Names that are used once: before, neither the import nor the use is there; then the use is typed. */
function typedNames(source: ts.SourceFile): Mechanical[] {
  const { text, fileName: file } = source;
  return source.statements.flatMap((statement): Mechanical[] => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings) || statement.importClause?.name) return [];
    const { text: importedFrom } = statement.moduleSpecifier;
    return bindings.elements.flatMap((element): Mechanical[] => {
      const name = element.name.text;
      const uses = [...text.matchAll(new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g"))];
      if (element.propertyName || uses.length !== 2) return [];
      const use = uses[1]!.index;
      const { elements } = bindings;
      const i = elements.indexOf(element);
      const next = elements[i + 1];
      const [from, to] =
        elements.length === 1
          ? [statement.getStart(source), statement.end]
          : next
            ? [element.getStart(source), next.getStart(source)]
            : [elements[i - 1]!.end, element.end];
      if (use < to) return [];
      const now = text.slice(0, from) + text.slice(to);
      const at = use - (to - from);
      const before = `${now.slice(0, at)}undefined${now.slice(at + name.length)}`;
      return [{ kind: "typedName", name, importedFrom, names: [name], steps: [{ file, before, now }] }];
    });
  });
}
