// The text of the file of counts. Each group's counts are one string with a column for each name in `counts`, empty where nothing was counted, so
// that two years in many languages with several models stay small. Reads what earlier versions wrote. Pure.

import { isRecord } from "../../common/util/parsedJson.ts";
import { atOnce } from "../../common/util/slices.ts";
import { COUNTS, isCount } from "./counts.ts";
import { addTo, type Bucket, countsOf, type Days, KINDS, type Kind, rowsOf } from "./statistics.ts";

const VERSION = 2;

/** What it says again when it is parsed. */
export const renderDays = (days: Days): string => atOnce(renderingDays(days));

/** `renderDays` in parts. */
export function* renderingDays(days: Days): Generator<void, string> {
  const used = new Set<string>();
  for (const day of Object.keys(days)) {
    for (const { counts } of rowsOf({ [day]: days[day] })) for (const count in counts) used.add(count);
    yield;
  }
  const counts = COUNTS.filter((count) => used.has(count));
  const writers = new Map<string, { index: number; writer: [model: string, kind: string] }>();
  const cells: Record<string, Record<string, Record<string, string>>> = Object.create(null);
  for (const name of Object.keys(days)) {
    for (const { day, languageId, model, kind, counts: its } of rowsOf({ [name]: days[name] })) {
      const key = JSON.stringify([model, kind]);
      const known = writers.get(key) ?? { index: writers.size, writer: [model, kind] };
      writers.set(key, known);
      cells[day] ??= Object.create(null) as Record<string, Record<string, string>>;
      cells[day][languageId] ??= {};
      let last = counts.length - 1;
      while (last >= 0 && !its[counts[last]]) last--;
      let text = "";
      for (let column = 0; column <= last; column++) text += `${column === 0 ? "" : ","}${its[counts[column]] || ""}`;
      cells[day][languageId][known.index] = text;
    }
    yield;
  }
  const named = [...writers.values()].map(({ writer }) => writer);
  return `${JSON.stringify({ version: VERSION, counts, writers: named, days: cells })}\n`;
}

/**
 * @param from the first day that is wanted; those before it are not even looked at
 * @throws Error where the text is not in our format
 */
export const parseDays = (text: string, from = ""): Days => atOnce(parsingDays(text, from));

/** `parseDays` in parts of a day each. */
export function* parsingDays(text: string, from = ""): Generator<void, Days> {
  const data: unknown = JSON.parse(text);
  if (!isRecord(data) || !isRecord(data.days)) throw new Error("not a file of counts");
  const days: Days = {};
  const groupOf = data.version === 1 ? groupOfVersion1 : groupsOf(data);
  for (const [day, languages] of Object.entries(data.days)) {
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)) || !isRecord(languages))
      throw new Error("not counts by day and language");
    if (day < from) continue;
    yield;
    for (const [languageId, group] of Object.entries(languages)) {
      if (!isRecord(group)) throw new Error("not counts by day and language");
      for (const { model, kind, counts } of groupOf(group)) {
        const its = countsOf(days, { day, languageId, model, kind });
        for (const [count, n] of counts) {
          if (!isCount(count)) continue; // of a later version
          if (!Number.isSafeInteger(n) || (n as number) < 0) throw new Error(`"${count}" is not a count`);
          addTo(its, count, n as number);
        }
      }
    }
  }
  return days;
}

/** Counts of a day and language that were written together, before anything else is known of them. */
interface Written extends Pick<Bucket, "model" | "kind"> {
  counts: readonly (readonly [count: string, n: unknown])[];
}

/** The first version told neither models nor kinds apart. */
const groupOfVersion1 = (group: Record<string, unknown>): Written[] => [
  { model: "", kind: "", counts: Object.entries(group) },
];

function groupsOf({ version, counts, writers }: Record<string, unknown>) {
  if (version !== VERSION || !isList(counts, isText) || !isList(writers, (one) => isList(one, isText)))
    throw new Error("not a file of counts");
  return (group: Record<string, unknown>): Written[] =>
    Object.entries(group).map(([index, cells]) => {
      const writer = /^\d+$/.test(index) ? writers[Number(index)] : undefined;
      if (!isText(cells) || !writer) throw new Error("not counts by model and kind");
      const [model = "", kind = ""] = writer;
      const values = cells === "" ? [] : cells.split(",");
      if (values.length > counts.length || !values.every((value) => /^\d*$/.test(value)))
        throw new Error("not counts in the columns of the file");
      return {
        model,
        kind: (KINDS as readonly string[]).includes(kind) ? (kind as Kind) : "",
        counts: values.flatMap((value, i) => (value === "" ? [] : [[counts[i], Number(value)] as const])),
      };
    });
}

const isText = (value: unknown): value is string => typeof value === "string";

const isList = <T>(value: unknown, is: (one: unknown) => one is T): value is T[] =>
  Array.isArray(value) && value.every(is);
