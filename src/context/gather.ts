// Chooses the pieces of the workspace that go with a prompt, in an order that stays the same from one keystroke to the next.
// Must not fail a completion: what is late or unreadable is dropped with a reason. No secret gets into a piece. One retriever so far: "import".

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { REFUSALS, type Refusal } from "../../common/rules/refusal.ts";
import { type Import, importsOf } from "../../common/syntax/imports.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { type Declaration, outlineOf } from "../../common/syntax/outline.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { enclosingDefinition } from "../../common/syntax/scopes.ts";
import type { ContextPiece, DroppedPiece } from "../../server/protocol/messages.ts";
import type { OpenDocument } from "./documents.ts";
import { resolveImport } from "./resolveImport.ts";
import type { Workspace } from "./workspace.ts";

/** A keystroke waits for its context no longer than this. */
const DEADLINE_MS = 50;

/** One file gets no more than this of the prompt, and all together no more than that: what a prompt has room for beside the prefix. */
const PIECE_UNITS = 1_500;
const TOTAL_UNITS = 4_000;

/** At the top level the lines before the cursor stand for the definition around it. */
const NEAR_UNITS = 2_000;

/** How far re-exports are followed: `index.ts` → the file that declares. */
const MAX_HOPS = 2;

const PARSE_BUDGET_MS = 20;

/** What is wanted of a file: these names, or all that it declares. */
interface Wanted {
  text: string;
  names: Set<string>;
  everything: boolean;
  locals: Set<string>; // what the document calls them
}

/** Secrets that were taken out of a text. */
export interface RedactedText {
  path: string;
  found: Record<string, number>; // how many which rule has found
}

export interface Gathered {
  pieces: ContextPiece[];
  dropped: DroppedPiece[];
  redacted: RedactedText[];
}

/** @param offset the cursor, in UTF-16 units of the document's text */
export async function gather(
  document: OpenDocument,
  offset: number,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Gathered> {
  const dropped: DroppedPiece[] = [];
  const redacted: RedactedText[] = [];
  const language = languageSyntax(document.languageId);
  if (!language || !document.tree) return { pieces: [], dropped, redacted };
  const late = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  const imports = importsOf(document.text.getText(), document.tree, language);
  const wanted = await wantedFiles(imports, document, workspace, late, dropped);

  // What the code around the cursor uses goes in first; the order in the prompt is that of the paths, whatever the scores.
  const words = wordsAround(document, offset, imports);
  const uses = ({ locals }: Wanted) => [...locals].filter((local) => words.has(local)).length;
  const ranked = [...wanted].map(([path, file]) => ({ path, file, score: uses(file) }));
  const pieces: ContextPiece[] = [];
  let total = 0;
  for (const { path, file, score } of ranked.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))) {
    const { text, found } = outlineText(declarationsOf(path, file.text, document.parsers, workspace), file);
    if (text === "") dropped.push({ kind: "import", path, reason: "declares none of the imported names" });
    else if (total + text.length > TOTAL_UNITS) dropped.push({ kind: "import", path, reason: "over the size limit" });
    else {
      pieces.push({ kind: "import", path, text, score });
      total += text.length;
      if (Object.keys(found).length > 0) redacted.push({ path, found });
    }
  }
  return { pieces: pieces.sort((a, b) => (a.path < b.path ? -1 : 1)), dropped, redacted };
}

/** The words of the definition that the cursor is in, or of the lines before it; those of the imports themselves left out. */
function wordsAround({ text, tree, languageId }: OpenDocument, offset: number, imports: Import[]): Set<string> {
  const whole = text.getText();
  const definition = tree && enclosingDefinition(whole, offset, tree, languageSyntax(languageId)!);
  const importsEnd = Math.max(0, ...imports.map(({ endIndex }) => endIndex).filter((end) => end <= offset));
  const around = definition
    ? whole.slice(definition.startIndex, definition.endIndex)
    : whole.slice(Math.max(importsEnd, offset - NEAR_UNITS), offset);
  return new Set(around.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
}

/** The files behind the imports and what is wanted of each, re-exports followed, until `late` fires. */
async function wantedFiles(
  imports: Import[],
  document: OpenDocument,
  workspace: Workspace,
  late: AbortSignal,
  dropped: DroppedPiece[],
): Promise<Map<string, Wanted>> {
  const wanted = new Map<string, Wanted>();
  let wave = imports.map((found) => ({ found, from: document.path, languageId: document.languageId }));
  for (let hop = 0; hop <= MAX_HOPS && wave.length > 0; hop++) {
    const resolved = await Promise.all(
      wave.map(async ({ found, from, languageId }) => {
        const indented = languageSyntax(languageId)?.indented ?? false;
        const refused = new Map<string, string>();
        const note = (path: string, refusal: Refusal) => refused.set(path, REFUSALS[refusal]);
        const files = await inTime(resolveImport(found, from, indented, workspace, note), late);
        if (files === undefined) dropped.push({ kind: "import", path: found.module, reason: "not readable in time" });
        for (const [path, reason] of refused) {
          if (!dropped.some((piece) => piece.path === path)) dropped.push({ kind: "import", path, reason });
        }
        return files ?? [];
      }),
    );
    wave = [];
    for (const { path, text, names, everything, locals } of resolved.flat()) {
      if (path === document.path) continue;
      const known = wanted.get(path) ?? { text, names: new Set(), everything: false, locals: new Set() };
      for (const local of locals) known.locals.add(local);
      const fresh = names.filter((name) => !known.names.has(name));
      if (wanted.has(path) && fresh.length === 0 && known.everything >= everything) continue;
      for (const name of fresh) known.names.add(name);
      known.everything ||= everything;
      wanted.set(path, known);
      if (!late.aborted) wave.push(...reExports(path, text, fresh, everything, locals, document.parsers));
    }
  }
  return wanted;
}

/** The re-exports of a file through which the wanted names may come. */
function reExports(
  path: string,
  text: string,
  names: string[],
  everything: boolean,
  locals: string[],
  parsers: Parsers,
) {
  const languageId = languageOfPath(path) ?? "";
  const language = languageSyntax(languageId);
  if (!language || !/\bexport\b[^;]*\bfrom\b|^from\s/m.test(text)) return [];
  const tree = parsers.for(languageId)?.parse(text, undefined, PARSE_BUDGET_MS);
  if (!tree) return [];
  const found = importsOf(text, tree, language).flatMap((one) => {
    const through = everything || one.everything ? names : one.names.filter((name) => names.includes(name));
    return through.length === 0
      ? []
      : [{ found: { ...one, names: through, everything: false, locals }, from: path, languageId }];
  });
  tree.dispose();
  return found;
}

/** A declaration whose text holds no secret any more. */
interface SafeDeclaration extends Declaration {
  found: Record<string, number>;
}

/** The outline of what is wanted, in the order of the file, cut at a whole declaration; and the secrets that were taken out of it. */
function outlineText(
  declarations: readonly SafeDeclaration[],
  { names, everything }: Wanted,
): { text: string; found: Record<string, number> } {
  const wanted = declarations.filter(
    ({ name, isDefault }) => everything || names.has(name) || (isDefault && names.has("default")),
  );
  let outline = "";
  const found: Record<string, number> = {};
  for (const declaration of new Map(wanted.map((one) => [one.text, one])).values()) {
    const { text } = declaration;
    const room = PIECE_UNITS - outline.length;
    if (outline !== "" && text.length > room) continue;
    outline += `${text.length > room ? text.slice(0, text.lastIndexOf("\n", room) + 1 || room) : text}\n`;
    for (const [rule, count] of Object.entries(declaration.found)) found[rule] = (found[rule] ?? 0) + count;
  }
  return { text: outline.trimEnd(), found };
}

/** Outlines of files that have not changed are made once for each workspace. */
const outlines = new WeakMap<Workspace, Map<string, { text: string; declarations: SafeDeclaration[] }>>();
const MAX_OUTLINES = 500;

function declarationsOf(
  path: string,
  text: string,
  parsers: Parsers,
  workspace: Workspace,
): readonly SafeDeclaration[] {
  const known = outlines.get(workspace) ?? new Map<string, { text: string; declarations: SafeDeclaration[] }>();
  outlines.set(workspace, known);
  const before = known.get(path);
  if (before?.text === text) return before.declarations;
  const languageId = languageOfPath(path) ?? "";
  const language = languageSyntax(languageId);
  const tree = language && parsers.for(languageId)?.parse(text, undefined, PARSE_BUDGET_MS);
  if (!tree) return [];
  // Each declaration is redacted whole, before the outline is cut to its size: half a token is no longer found.
  const declarations = outlineOf(text, tree, language).map((one) => ({ ...one, ...redactSecrets(one.text) }));
  tree.dispose();
  if (known.size >= MAX_OUTLINES) known.delete(known.keys().next().value!);
  known.set(path, { text, declarations });
  return declarations;
}

/** The value, or undefined when `late` fires first or the work fails. */
async function inTime<T>(work: Promise<T>, late: AbortSignal): Promise<T | undefined> {
  if (late.aborted) return undefined;
  let giveUp = () => {};
  const given = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
    late.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([work.catch(() => undefined), given]);
  } finally {
    late.removeEventListener("abort", giveUp);
  }
}
