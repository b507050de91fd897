// A declaration was renamed by hand: all other places of its name. Found in the text before the edit by the language service; the result counts
// only if renaming back would find exactly the same places, and if no problem is new.

import type ts from "typescript";
import type { TextChange } from "../problems.ts";
import type { Range } from "../unresolved.ts";
import { changeBetween, moved } from "./edit.ts";
import { isMember, likeMembers, wordsOf } from "./likeMembers.ts";
import {
  addChange,
  type Changes,
  changedTexts,
  countOf,
  countsOf,
  faultyIn,
  importingFiles,
  isNoWorse,
  isOwn,
  nodeAt,
  type PlaceInFile,
  type ProblemsByFile,
  type ProjectView,
  placesOf,
  problemsAt,
  problemsIn,
  reachOf,
  startAfter,
} from "./projectView.ts";
import type { Edited, NoRewrite, Rewrite } from "./rewrite.ts";

const NAME = /^#?[\p{L}_$][\p{L}\p{N}_$]*$/u;
const NAME_UNIT = /[\p{L}\p{N}_$]/u;

/** How often a name that is exported under its own name is followed. */
const MOST_STEPS = 40;

interface Renamed {
  start: number; // the same in both texts
  was: string;
  is: string;
}

/** A place of a name. What a shorthand becomes is around the new name. */
interface NamePlace extends Range {
  file: string;
  before: string; // such as "key: "
  after: string;
}

export function restOfRename(view: ProjectView, edited: Edited): Rewrite {
  const renamed = renamedIn(edited);
  if (!renamed) return { reason: "otherEdit" };
  const { file, before, now } = edited;
  const { start, was, is } = renamed;
  const edit: TextChange = { start, end: start + was.length, newText: is };
  const found = view.withTexts(new Map([[file, before]]), (program) => {
    const source = program.getSourceFile(file);
    const node = source && nodeAt(view, source, start);
    if (!source || !node || !isNameNode(view, node)) return "otherEdit" as const;
    if (!declares(view, program, node)) return "notADeclaration" as const;
    const places = namePlaces(view, file, start, isImported(view, node));
    if (typeof places === "string") return places;
    const like = isMember(view.compiler, node.parent)
      ? likeMembers(view, program, was, places, [...importingFiles(view, file), ...places.map((place) => place.file)])
      : undefined;
    return { places, like };
  });
  if (typeof found === "string") return { reason: found };
  const { places: all, like } = found;
  const others = all.filter((place) => place.file !== file || place.start !== start);
  if (others.some((place) => !isOwn(view, place.file))) return { reason: "outsideProject" };

  const changes: Changes = new Map();
  for (const place of others) {
    const there = place.file === file ? moved(place, edit) : place;
    if (!there) return { reason: "otherEdit" };
    addChange(changes, place.file, { ...there, newText: place.before + is + place.after });
  }
  const places = placesOf(view, changes);
  if (typeof places === "string") return { reason: places };

  const everyWord = wordsOf(was);
  const texts = changedTexts(view, changes);
  texts.set(file, texts.get(file) ?? now);
  const newStart = startAfter(start, changes.get(file) ?? []);
  const after = view.withTexts(texts, (program): NoRewrite | { problems: ProblemsByFile; isAtPlaces: boolean } => {
    const source = program.getSourceFile(file);
    const node = source && nodeAt(view, source, newStart);
    if (!node) return "nameTaken";
    const again = namePlaces(view, file, newStart, isImported(view, node));
    if (typeof again === "string" || keysOf(again) !== keysOf(shifted(all, changes, file, edit))) return "nameTaken";
    // where nothing else of any file can differ, the statements around these places tell
    const told = like
      ? like.isTold && [...again, ...like.places.flatMap((place) => afterAll(place, changes, file, edit))]
      : again.filter((place) => isBound(view, program, place));
    const atPlaces = told ? problemsAt(view, program, told) : undefined;
    if (atPlaces) return { problems: atPlaces, isAtPlaces: true };
    const importing = told ? [] : importingFiles(view, file);
    return { problems: problemsIn(view, program, [file, ...changes.keys(), ...importing]), isAtPlaces: false };
  });
  if (typeof after === "string") return { reason: after };
  const { problems, isAtPlaces } = after;
  const isWhole = countOf(problems) === 0;
  const without = isWhole
    ? undefined
    : view.withTexts(new Map([[file, before]]), (program) => {
        const concerned = like?.isTold ? [...all, ...like.places] : all;
        const atPlaces = isAtPlaces ? problemsAt(view, program, concerned) : undefined;
        return atPlaces ?? problemsIn(view, program, faultyIn(problems));
      });
  if (!isNoWorse(without, problems, (message) => message.replaceAll(everyWord, () => is)))
    return { reason: "newProblem" };
  const title = `Rename ${was} to ${is} in ${places.length === 1 ? "the other place" : `the other ${places.length} places`}${reachOf(view, file, places)}`;
  return { title, places, ...countsOf(without, problems) };
}

/** The one name that an edit replaced as a whole. */
export function renamedIn({ before, now }: Edited): Renamed | undefined {
  const { start, end, newText } = changeBetween(before, now);
  let from = start;
  while (from > 0 && NAME_UNIT.test(before[from - 1]!)) from--;
  if (before[from - 1] === "#") from--; // a private name
  let tail = 0;
  while (end + tail < before.length && NAME_UNIT.test(before[end + tail]!)) tail++;
  const was = before.slice(from, end + tail);
  const is = now.slice(from, start + newText.length + tail);
  return was !== is && NAME.test(was) && NAME.test(is) ? { start: from, was, is } : undefined;
}

/**
 * All places of the name at an offset, its own included. A shorthand keeps the key; an export under the same name is followed to whoever imports it.
 * @param isAlias whether the name stands for an export of another module: then it is followed within its file only
 */
function namePlaces({ service }: ProjectView, file: string, start: number, isAlias: boolean): NamePlace[] | NoRewrite {
  const info = service.getRenameInfo(file, start, {});
  if (!info.canRename) return "outsideProject";
  const found = new Map<string, NamePlace>();
  const queue = [{ file, start }];
  for (let step = 0; step < queue.length && step < MOST_STEPS; step++) {
    const at = queue[step]!;
    const locations = service.findRenameLocations(at.file, at.start, false, false, {
      providePrefixAndSuffixTextForRename: true,
    });
    for (const { fileName, textSpan, prefixText = "", suffixText = "" } of locations ?? []) {
      const isStart = fileName === at.file && textSpan.start === at.start;
      const key = `${fileName} ${textSpan.start}`;
      const isExport = suffixText.startsWith(" as ");
      if (isExport && !isAlias && !found.has(key)) queue.push({ file: fileName, start: textSpan.start });
      const plain = isStart || (isExport && !isAlias);
      if (found.has(key) && !plain) continue;
      const range = { start: textSpan.start, end: textSpan.start + textSpan.length };
      found.set(key, {
        file: fileName,
        ...range,
        before: plain ? "" : prefixText,
        after: plain ? "" : suffixText,
      });
    }
  }
  return [...found.values()];
}

/** Whether a name gets its meaning where it stands, by an import or export. At all other places it means the same as before if it is found from there. */
function isBound(view: ProjectView, program: ts.Program, { file, start }: NamePlace): boolean {
  const source = program.getSourceFile(file);
  const node = source && nodeAt(view, source, start);
  return node !== undefined && (isImported(view, node) || view.compiler.isExportSpecifier(node.parent));
}

/** Places of the text before the edit in the text after it and all other changes. */
function shifted(found: readonly NamePlace[], changes: Changes, file: string, edit: TextChange): NamePlace[] {
  return found.map((place) => {
    const isEdited = place.file === file;
    const there = isEdited && place.start !== edit.start ? moved(place, edit)! : place;
    return { ...place, start: startAfter(there.start, changes.get(place.file) ?? []) + place.before.length };
  });
}

/** A place of the text before the edit in the text after it and all other changes; nothing where one of them touches it. */
function afterAll(place: PlaceInFile, changes: Changes, file: string, edit: TextChange): PlaceInFile[] {
  const there = place.file === file ? moved(place, edit) : place;
  if (!there) return [];
  const start = startAfter(there.start, changes.get(place.file) ?? []);
  return [{ file: place.file, start, end: start + (place.end - place.start) }];
}

const keysOf = (places: readonly NamePlace[]): string =>
  places
    .map(({ file, start }) => `${file} ${start}`)
    .sort()
    .join("\n");

const isNameNode = ({ compiler }: ProjectView, node: ts.Node): boolean =>
  compiler.isIdentifier(node) || compiler.isPrivateIdentifier(node);

/** Whether a name is declared where it stands, rather than used. */
function declares({ compiler }: ProjectView, program: ts.Program, node: ts.Node): boolean {
  const { parent } = node;
  if ((parent as { name?: ts.Node }).name !== node) return false;
  if (compiler.isPropertyAssignment(parent) || compiler.isMethodDeclaration(parent)) {
    const object = parent.parent;
    return !compiler.isObjectLiteralExpression(object) || !program.getTypeChecker().getContextualType(object);
  }
  return !(
    compiler.isPropertyAccessExpression(parent) ||
    compiler.isShorthandPropertyAssignment(parent) ||
    compiler.isJsxAttribute(parent) ||
    compiler.isExportSpecifier(parent) ||
    compiler.isMetaProperty(parent) ||
    compiler.isNamedTupleMember(parent)
  );
}

/** Whether a name is that of an import or of a destructured property: the name of something that is declared elsewhere. */
const isImported = ({ compiler }: ProjectView, { parent }: ts.Node): boolean =>
  compiler.isImportSpecifier(parent) || compiler.isImportClause(parent) || compiler.isNamespaceImport(parent);
