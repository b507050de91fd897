// What was learnt of the person for the show decision, on disk and in memory, shared by all windows. Numbers only, at most 2 kB.

import { isRecord } from "../../common/util/parsedJson.ts";
import {
  atTime,
  type Calibration,
  calibrationNow,
  type Evidence,
  isWithinDay,
  joined,
  type Label,
  type Learnt,
  MOST_ID_UNITS,
  MOST_LANGUAGES,
  nothingLearnt,
  SUMS,
  withLabel,
} from "../completion/show/calibration.ts";
import { SharedFile } from "./sharedFile.ts";

/** The file's name in the folder of the user's data. */
export const CALIBRATION_NAME = "calibration.json";

const VERSION = 1;
const DIGITS = 5; // of each number

export class CalibrationFile {
  readonly #file: SharedFile<Learnt>;
  #learnt: Learnt | undefined; // by all windows, as far as this one knows; undefined: not read yet

  /** @param log gets one line, at the first error */
  constructor(file: string, log: (line: string) => void, nowMs: number) {
    const form = {
      name: "what was learnt",
      goesOn: "Nothing learnt is used until the next label.",
      none: nothingLearnt,
      isNone: ({ evidence }: Learnt) => evidence.labels === 0,
      parse: (text: string) => inOnePart(() => parseLearnt(text)),
      render: (learnt: Learnt) => inOnePart(() => renderLearnt(learnt)),
      sum: (older: Learnt, newer: Learnt, nowMs: number) => inOnePart(() => sum(older, newer, nowMs)),
      sumToRead: sum,
      join: sum,
    };
    this.#file = new SharedFile(file, form, log, nowMs);
  }

  /** Learns from a label. @returns false where it would carry the score further than it may move within a day */
  learn(label: Label, nowMs: number): boolean {
    const learnt = this.learnt(nowMs);
    const known = calibrationNow(learnt);
    const evidence = withLabel(learnt.evidence, known, label);
    if (!isWithinDay(learnt, evidence)) return false;
    this.#learnt = { ...learnt, evidence };
    const { unwritten } = this.#file;
    this.#file.unwritten = { ...unwritten, evidence: withLabel(unwritten.evidence, known, label) };
    return true;
  }

  learnt(nowMs: number): Learnt {
    this.#learnt = atTime(this.#learnt ?? this.#file.all(nowMs), nowMs);
    return this.#learnt;
  }

  /** @param priorShift what the last answers say, in log-odds */
  calibration(nowMs: number, priorShift: number): Calibration {
    return calibrationNow(this.learnt(nowMs), priorShift);
  }

  /** Adds what was learnt to the file, and takes over what other windows have learnt. */
  save(nowMs: number): void {
    this.#file.save(nowMs);
    this.#learnt = undefined;
  }

  /** Forgets everything. @returns false where the file cannot be written */
  reset(nowMs: number): boolean {
    this.#learnt = undefined;
    return this.#file.reset(nowMs);
  }
}

/** It is small. */
// biome-ignore lint/correctness/useYield: the form asks for parts
function* inOnePart<Result>(work: () => Result): Generator<void, Result> {
  return work();
}

function sum(older: Learnt, newer: Learnt, nowMs: number): Learnt {
  const { evidence, dayBegan } = atTime(older, nowMs);
  return { evidence: joined(evidence, newer.evidence), dayBegan };
}

function renderLearnt({ evidence, dayBegan }: Learnt): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
  const { labels, byLanguage } = evidence;
  const sums = Object.fromEntries(Object.entries(byLanguage).map(([id, of]) => [id, SUMS.map((name) => of[name])]));
  return `${JSON.stringify({ version: VERSION, labels, sums, dayBegan }, rounded)}\n`;
}

/** @throws Error where the text is not in our format */
export function parseLearnt(text: string): Learnt {
  const data: unknown = JSON.parse(text);
  if (!isRecord(data) || data.version !== VERSION || !isRecord(data.sums) || !isRecord(data.dayBegan))
    throw new Error(`not what was learnt, in version ${VERSION}`);
  const { labels, sums, dayBegan } = data;
  if (!Number.isSafeInteger(labels) || (labels as number) < 0) throw new Error("no number of labels");
  const languages = Object.entries(sums);
  const { atMs, calibration } = dayBegan;
  if (languages.length > MOST_LANGUAGES + 1 || !isNumber(atMs) || !isRecord(calibration))
    throw new Error("not sums by language, and a day's beginning");
  const { slope, shift, byLanguage } = calibration;
  const shifts = isRecord(byLanguage) ? Object.values(byLanguage) : [undefined];
  if (![slope, shift, ...shifts].every(isNumber)) throw new Error("no calibration at the day's beginning");
  const evidence: Evidence = {
    labels: labels as number,
    byLanguage: Object.fromEntries(languages.map(([id, values]) => [id, sumsOf(id, values)])),
  };
  return { evidence, dayBegan: { atMs, calibration: calibration as unknown as Calibration } };
}

function sumsOf(id: string, values: unknown): Evidence["byLanguage"][string] {
  if (id.length > MOST_ID_UNITS || !Array.isArray(values) || values.length !== SUMS.length || !values.every(isNumber))
    throw new Error("not the sums of a language");
  const [squares, products, weights, pulls, shifts] = values;
  // a rounded number may break it by a little
  if (squares < 0 || weights < 0 || products ** 2 > 1.001 * squares * weights + 1e-6)
    throw new Error("sums that no labels have");
  return { squares, products, weights, pulls, shifts };
}

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
