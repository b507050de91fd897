// Docstrings for a file's exported definitions, or for a class and its members: each written independently, all as edits of one version of the
// document. Returns edits; applies none.

import { exportsOf } from "../../../common/syntax/names/exports.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import {
  type DocstringDeps,
  type DocstringEdit,
  docstringOf,
  type NoDocstringReason,
  namesItsParameters,
  refusalToDocument,
} from "./docstring.ts";
import type { StyleName } from "./styles/style.ts";
import { styleFor } from "./styles/styleFor.ts";
import { type Target, targetAt, targetsIn } from "./target.ts";

export interface FileRequest {
  document: OpenDocument;
  /** An offset in UTF-16 units: limits the command to the definition around it and the definitions in that, exported or not. */
  around?: number;
  style?: StyleName; // default: the file's own
}

export interface FileDocstrings {
  edits: { name: string; edit: DocstringEdit }[]; // in the order of the file; none overlap
  /** The definitions that got no docstring, and why. */
  left: { name: string; reason: NoDocstringReason }[];
}

/** Called before each definition. */
export type OnDefinition = (progress: { name: string; done: number; total: number }) => void;

/**
 * An existing docstring is changed only where its parameters differ from the signature's.
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function documentFile(
  { document, around, style: asked }: FileRequest,
  deps: DocstringDeps,
  onDefinition: OnDefinition,
  signal: AbortSignal,
): Promise<FileDocstrings | { reason: NoDocstringReason }> {
  const refusal = await refusalToDocument(document, deps.sources);
  if (refusal) return { reason: refusal };
  const { version, languageId } = document;
  const text = document.text.getText();
  const tree = document.tree!;
  const chosen = around === undefined ? exportedTargets(text, tree, languageId) : targetsAround(document, around);
  if (typeof chosen === "string") return { reason: chosen };
  const style = await styleFor(document, asked, deps.sources);
  const wanted = chosen.filter((target) => {
    const { existing } = target;
    return existing === undefined || !namesItsParameters({ ...target, existing }, style);
  });
  if (wanted.length === 0) return { reason: chosen.length === 0 ? "nothingExported" : "documented" };
  const result: FileDocstrings = { edits: [], left: [] };
  for (const [done, target] of wanted.entries()) {
    const { name } = target;
    onDefinition({ name, done, total: wanted.length });
    const outcome = await docstringOf(target, {
      document,
      text,
      style,
      model: deps.model,
      signal,
      patience: deps.patience,
    });
    if (document.version !== version) return { reason: "documentChanged" };
    if (outcome.kind === "offered") result.edits.push({ name, edit: outcome.edit });
    else result.left.push({ name, reason: outcome.reason });
    if (outcome.kind === "none" && outcome.reason === "busy") {
      for (const { name: later } of wanted.slice(done + 1)) result.left.push({ name: later, reason: "busy" });
      break;
    }
  }
  return result;
}

function targetsAround({ text, tree, languageId }: OpenDocument, offset: number): Target[] | NoDocstringReason {
  const outer = targetAt(text.getText(), tree!, languageId, offset);
  if (typeof outer === "string") return outer;
  const inside = targetsIn(text.getText(), tree!, languageId).filter(({ start, end }) => {
    return outer.start <= start && end <= outer.end;
  });
  return visible(inside).map(({ target }) => target);
}

/** The definitions that other files can reach: the module's exports and their members that are not private. */
export function exportedTargets(text: string, tree: SyntaxTree, languageId: string): Target[] {
  const names = languageId === "python" ? undefined : exportsOf(text, tree, languageId)?.names;
  return visible(targetsIn(text, tree, languageId))
    .filter(({ target, outer }) => isExported(text, outer[0] ?? target, names))
    .map(({ target }) => target);
}

/** Whether a definition is exported, by the module's exports or else by its own `export`. In a file without exports, functions and classes count. */
function isExported(text: string, { name, start, signature, kind }: Target, names: Set<string> | undefined): boolean {
  if (names?.has(name) || /^(?:@[^\n]*\n\s*)*export\b/.test(text.slice(start, start + MOST_DECORATED_UNITS)))
    return true;
  return names === undefined && !/^export\b/m.test(text) && (signature !== undefined || kind === "class");
}

const MOST_DECORATED_UNITS = 1000;

/** Leaves out private definitions and those in functions, and of several signatures of one function all but the first. */
function visible(targets: readonly Target[]): { target: Target; outer: readonly Target[] }[] {
  const found: { target: Target; outer: readonly Target[] }[] = [];
  for (const target of targets) {
    const outer = targets.filter((other) => other !== target && other.start <= target.start && target.end <= other.end);
    const isBareDefault = target.name === "default" && !target.signature && target.kind !== "class"; // `export default a;`
    const isHidden =
      isBareDefault || target.isPrivate || outer.some(({ signature, isPrivate }) => signature || isPrivate);
    const before = found.at(-1)?.target;
    const isOverload =
      before?.signature && target.signature && before.name === target.name && before.end < target.start;
    if (!isHidden && target.kind !== "field" && !isOverload) found.push({ target, outer });
  }
  return found;
}
