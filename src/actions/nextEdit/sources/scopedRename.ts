// A rename by hand, told by the scopes of one file: a declared name was replaced by another, and the other places of the same declaration follow.
// For languages whose names have rules, but no compiler here: a compiler knows all places, also in other files. Other files are not looked at.

import { ecmaScriptIds, languageSyntax } from "../../../../common/syntax/languages.ts";
import { type NamePlace, nameAt, nameRules, namesIn, Scopes } from "../../../../common/syntax/names/bindings.ts";
import type { NameRules } from "../../../../common/syntax/names/names.ts";
import type { SyntaxNode, SyntaxTree } from "../../../../common/syntax/syntax.ts";
import { commonPrefixUnits } from "../../../../common/util/differingPart.ts";
import { wordsOfName } from "../../docstring/checks.ts";
import { faultOfPlaces } from "../parsed.ts";
import { refusalToEdit } from "../refusal.ts";
import { isWord, tokensOf } from "../tokens.ts";
import type { RecentTrees } from "../trees.ts";
import type { Episode, NextEditSource, NoEditReason, Place } from "../types.ts";

/** The most places of a name that are looked at. */
const MAX_PLACES = 500;

/** Units at the beginning of two words that make one of them a form of the other; of shorter words all, but three. */
const COMMON_UNITS = { enough: 4, least: 3 };

/** @param trees of the window; the source keeps none of their nodes */
export const scopedRename =
  (trees: RecentTrees): NextEditSource =>
  async (episode, { past }) => {
    if (ecmaScriptIds.includes(episode.languageId)) return { reason: "notThisKind" }; // the compiler's to decide
    const refusal = refusalToEdit(episode.after);
    if (refusal) return { reason: refusal };
    const language = languageSyntax(episode.languageId);
    const rules = language && nameRules(language);
    if (!rules) return { reason: "unsupportedLanguage" };
    const renamed = renamedName(episode);
    if (!renamed) return { reason: "notThisKind" };
    const wasBack = past.some((one) => {
      const earlier = one.uri === episode.uri ? renamedName(one) : undefined;
      return earlier?.from === renamed.to && earlier.to === renamed.from;
    });
    if (wasBack) return { reason: "undone" };
    const { uri, languageId, before, after } = episode;
    const tree = trees.of({ uri, languageId, text: before });
    if (!tree) return { reason: "noTree" };
    const places = placesOf(renamed, before, tree, rules);
    if (typeof places === "string") return { reason: places };
    const grown = after.length - before.length;
    const moved = places.map((start): Place => {
      const from = start > renamed.start ? start + grown : start;
      return {
        uri,
        range: { start: from, end: from + renamed.from.length },
        oldText: renamed.from,
        newText: renamed.to,
      };
    });
    const fault = faultOfPlaces({ uri, languageId, text: after }, moved, trees);
    if (fault) return { reason: fault };
    const where = moved.length === 1 ? "its other place" : `its ${moved.length} other places`;
    const title = `Rename ${renamed.from} to ${renamed.to} in ${where}`;
    return { id: "", kind: "rename", title, places: moved, proof: { examples: 1, parsed: true } };
  };

interface Renamed {
  from: string;
  to: string;
  start: number; // in the text before
}

/** One word that became another, and nothing else. */
function renamedName({ before, after, changed }: Episode): Renamed | undefined {
  const around = (text: string, { start, end }: { start: number; end: number }) =>
    tokensOf(text, Math.max(0, start - 200), Math.min(text.length, end + 200)).filter(
      (token) => token.start <= end && token.end >= start,
    );
  const [was, is] = [around(before, changed.before), around(after, changed.after)];
  const differing = was.findIndex((token, i) => token.text !== is[i]?.text);
  if (was.length !== is.length || differing === -1) return undefined;
  const [from, to] = [was[differing], is[differing]];
  const isOnly = was.every((token, i) => i === differing || token.text === is[i].text);
  if (!isOnly || !isWord(from.text) || !isWord(to.text)) return undefined;
  return { from: from.text, to: to.text, start: from.start };
}

/** Where the same declaration's name stands besides; of the text before. */
function placesOf(
  { from, to, start }: Renamed,
  text: string,
  tree: SyntaxTree,
  rules: NameRules,
): number[] | NoEditReason {
  const scopes = new Scopes(text, rules);
  const edited = nameAt(tree, text, start, rules);
  if (edited?.role !== "declaration") return "notThisKind"; // a use that is called otherwise may well mean something else
  const declaring = declarationOf(scopes, edited);
  if (declaring === undefined) return "notThisKind"; // it comes from elsewhere
  const isGlobal = declaring === keyOf(tree.rootNode);
  if (isGlobal && !sharesWord(from, to)) return "unclear"; // the old name may get a successor, which is used then
  const found: number[] = [];
  let looks = 0;
  for (let at = text.indexOf(from); at !== -1; at = text.indexOf(from, at + from.length)) {
    if (++looks > MAX_PLACES) return "tooManyPlaces";
    const name = nameAt(tree, text, at, rules);
    if (name?.name !== from) continue;
    if (name.role === "unsure" || scopes.isInDamage(from, name.path)) return "unclear";
    if (name.role === "imported") return "notThisKind";
    if (name.role !== "declaration" && name.role !== "reference") continue;
    if (declarationOf(scopes, name) !== declaring) continue;
    if (scopes.scopeOf(to, name.path) !== undefined || scopes.isOpen(name.path)) return "nameTaken";
    if (isShorthand(name)) return "unclear"; // the key of an object is another name
    if (at !== start && isDefinition(edited) && isDefinition(name)) return "unclear"; // whose uses are whose?
    if (at < start && name.role === "declaration") return "unclear"; // a later value may have got a name of its own
    if (at !== start) found.push(at);
  }
  const { startIndex, endIndex } = tree.rootNode;
  const isTaken = text.includes(to) && namesIn(tree, text, startIndex, endIndex, rules).some(({ name }) => name === to);
  if (isTaken) return "nameTaken";
  return found.length === 0 ? "noPlace" : found;
}

/** The scope that declares a name, as the place of its node. */
function declarationOf(scopes: Scopes, { name, path }: NamePlace): string | undefined {
  const index = scopes.scopeOf(name, path);
  return index === undefined ? undefined : keyOf(path[index]);
}

const keyOf = ({ type, startIndex, endIndex }: SyntaxNode): string => `${type} ${startIndex} ${endIndex}`;

/** Whether the new name keeps a word of the old one, or its beginning. */
function sharesWord(from: string, to: string): boolean {
  const isForm = (a: string, b: string) => {
    const common = commonPrefixUnits(a, b);
    return common >= COMMON_UNITS.enough || (common >= COMMON_UNITS.least && common === Math.min(a.length, b.length));
  };
  const news = wordsOfName(to);
  return wordsOfName(from).some((old) => news.some((word) => word === old || isForm(old, word)));
}

/** Whether it names a function or a class, where it is written. */
const isDefinition = ({ role, path }: NamePlace): boolean =>
  role === "declaration" && /^(function|class)_def/.test(path.at(-2)?.type ?? "");

const isShorthand = ({ path }: NamePlace): boolean => path.at(-1)!.type.startsWith("shorthand_property");
