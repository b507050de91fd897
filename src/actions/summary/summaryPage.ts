// A summary as a page of facts: the order in which a reader asks, and a cap on each list. Pure.

import { languageName } from "../../../common/syntax/codeLanguages.ts";
import { counted } from "../../../common/util/counted.ts";
import { type FactLine, type FactPage, type FactSection, joined, line, type Part } from "../factPage/factPage.ts";
import { EFFECT_KINDS, type EffectKind } from "./effects.ts";
import type { Sentences } from "./sentences.ts";
import type { FileSummary, SummarisedEffect, SummarisedExport } from "./summary.ts";

const MOST_EXPORTS = 80;
const MOST_MEMBERS = 12;
const MOST_USERS = 20;
const MOST_PLACES = 6;
const MOST_NOTES = 30;

const EFFECT_WORDS: Readonly<Record<EffectKind, string>> = {
  network: "Network",
  disk: "Disk",
  process: "Process, its environment or its standard streams",
  state: "Changes variables that outlive the call",
  throws: "Throws",
};

/** @param written sentences of a model for exports without a docstring; absent where none was asked */
export function summaryPage(summary: FileSummary, written?: Sentences): FactPage {
  const { path, exports, stars, users, needs, notes, gaps } = summary;
  return {
    ...{ title: path, path },
    lead: [...(summary.sentence === undefined ? [] : [line(summary.sentence)]), line(leadOf(summary))],
    sections: [
      {
        title: exportsTitle(summary),
        lines: [
          ...exportLines(summary, written),
          ...stars.map((star) => line("everything of ", { code: star.module }, ", ", { path, line: star.line })),
        ],
      },
      usersSection(summary),
      { title: "What it needs", lines: needLines(needs, path) },
      { title: "What it does beyond its results", lines: effectLines(summary) },
      { title: "What it leaves to do", lines: noteLines() },
    ],
    notes: [
      ...(exports.length > MOST_EXPORTS ? [`Of ${exports.length} exports the first ${MOST_EXPORTS} are listed.`] : []),
      ...(users.users.length > MOST_USERS
        ? [`Of ${users.users.length} users the ${MOST_USERS} that use most are listed.`]
        : []),
      ...gaps,
      ...(written?.notes ?? []),
    ],
  };

  function noteLines(): FactLine[] {
    const old = exports.flatMap((one) => [one, ...one.members]).filter(({ isDeprecated }) => isDeprecated);
    return [
      ...old.map(({ name, line: at }) => line("Deprecated: ", { code: name }, ", ", { path, line: at })),
      ...notes
        .slice(0, MOST_NOTES)
        .map(({ word, text, line: at }) => line(`${word}${text === "" ? "" : `: ${text}`}, `, { path, line: at })),
      ...(notes.length > MOST_NOTES ? [line(`and ${notes.length - MOST_NOTES} more`)] : []),
    ];
  }
}

function leadOf({ size: { lines, beside }, exports, stars, users, languageId }: FileSummary): string {
  const parts = [counted(lines, "line")];
  if (beside && beside.files > 1) parts.push(sizeBeside(beside, languageName(languageId)));
  const own = exports.filter(({ module }) => module === undefined).length;
  const handedOn = exports.length - own;
  if (own > 0) parts.push(`exports ${counted(own, "name")}`);
  if (handedOn + stars.length > 0)
    parts.push(
      `hands on ${handedOn > 0 ? counted(handedOn, "name") : ""}${handedOn > 0 && stars.length > 0 ? " and " : ""}${stars.length > 0 ? `all of ${counted(stars.length, "module")}` : ""}`,
    );
  if (users.users.length > 0) parts.push(`used by ${counted(users.users.length, "file")}`);
  return `${parts.join("; ")}.`;
}

function sizeBeside({ files, smaller }: { files: number; smaller: number }, language: string): string {
  const others = files - 1;
  if (smaller === others) return `the largest of ${files} ${language} files`;
  if (smaller === 0) return `the smallest of ${files} ${language} files`;
  return `larger than ${Math.round((100 * smaller) / others)} % of the other ${others} ${language} files`;
}

const exportsTitle = ({ languageId }: FileSummary): string =>
  languageId === "python" ? "What others can import" : "What it exports";

function exportLines({ exports, path }: FileSummary, written?: Sentences): FactLine[] {
  return exports.slice(0, MOST_EXPORTS).map((one) => ({
    parts: [...headOf(one, path), ...sentenceOf(one, written)],
    inner: [
      ...one.members.slice(0, MOST_MEMBERS).map(({ signature, sentence, line: at }) => ({
        parts: [{ code: signature }, ", ", { path, line: at }, ...(sentence === undefined ? [] : [`: ${sentence}`])],
      })),
      ...(one.members.length > MOST_MEMBERS
        ? [line(`and ${counted(one.members.length - MOST_MEMBERS, "more member", "more members")}`)]
        : []),
    ],
  }));
}

function headOf({ name, as, local, signature, kind, module, line: at }: SummarisedExport, path: string): Part[] {
  const place: Part[] = [", ", { path, line: at }];
  if (kind === "handedOn")
    return [{ code: name }, ...(module === undefined ? [] : [" of ", { code: module }]), ...place];
  return [
    { code: signature === "" ? name : signature },
    ...(as === "default" ? [" (default)"] : as !== local && as !== "export=" ? [" (as ", { code: as }, ")"] : []),
    ...place,
  ];
}

function sentenceOf({ local, sentence, isDeprecated }: SummarisedExport, written?: Sentences): Part[] {
  const mark = isDeprecated ? " (deprecated)" : "";
  if (sentence !== undefined) return [`${mark}: ${sentence}`];
  const own = written?.byName.get(local);
  return own === undefined ? [mark] : [`${mark}: ${own} (by the model, may be wrong)`];
}

function usersSection({ users: { users } }: FileSummary): FactSection {
  const shown = users.slice(0, MOST_USERS);
  const lines = shown.map(({ path, uses }): FactLine => {
    const first = uses[0];
    if (!first) return line({ path, line: 1 }, ": hands it on");
    const names = joined(uses.slice(0, MOST_PLACES).map(({ name }) => ({ code: name })));
    const rest = uses.length > MOST_PLACES ? [` and ${uses.length - MOST_PLACES} more`] : [];
    return line({ path, line: first.line }, ": ", ...names, ...rest);
  });
  return { title: "Who uses it", lines };
}

function needLines(needs: FileSummary["needs"], path: string): FactLine[] {
  const inside = needs.filter((need) => need.path !== undefined);
  const outside = needs.filter((need) => need.path === undefined);
  const told = ({ names }: FileSummary["needs"][number]): Part[] => {
    const shown = names.filter((name) => name !== "default").slice(0, MOST_PLACES);
    const rest = names.length > MOST_PLACES ? [` and ${names.length - MOST_PLACES} more`] : [];
    return shown.length === 0 ? [] : [": ", ...joined(shown.map((name) => ({ code: name }))), ...rest];
  };
  return [
    ...outside.map((need) => line({ code: need.module }, ...told(need), ", ", { path, line: need.line })),
    ...inside.map((need) => line(...placeOf(need), ...told(need))),
  ];
}

/** A Go package has several files; one of them stands for it. */
const placeOf = ({ module, path = "" }: FileSummary["needs"][number]): Part[] =>
  path.endsWith(".go") ? [{ code: module }, ", ", { path, line: 1 }] : [{ path, line: 1 }];

function effectLines({ effects, path }: FileSummary): FactLine[] {
  return EFFECT_KINDS.flatMap((kind) => {
    const own = effects.filter((effect) => effect.kind === kind);
    if (own.length === 0) return [];
    const byName = new Map<string, SummarisedEffect[]>();
    for (const effect of own) {
      const key = effect.what === "" ? "what it was given or has caught" : effect.what;
      byName.set(key, [...(byName.get(key) ?? []), effect]);
    }
    const inner = [...byName].map(([what, places]) => {
      const shown = joined(places.slice(0, MOST_PLACES).map(({ line: at }) => ({ path, line: at })));
      const functions = [...new Set(places.flatMap(({ inside }) => inside ?? []))].slice(0, 3);
      const where: Part[] =
        functions.length === 0 ? [] : [" in ", ...joined(functions.map((name) => ({ code: name })))];
      const rest = places.length > MOST_PLACES ? [` and ${places.length - MOST_PLACES} more`] : [];
      return { parts: [places[0]!.what === "" ? what : { code: what }, ...where, ", ", ...shown, ...rest] };
    });
    return [{ parts: [EFFECT_WORDS[kind]], inner }];
  });
}
