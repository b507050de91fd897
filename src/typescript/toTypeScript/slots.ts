// The places of a JavaScript file that can take a type, each with the types that are tried there in their order, and the text that follows from what
// is chosen. Offsets are those of the JavaScript. Knows no compiler's verdict.

import { type TextChange, withChanges } from "../problems.ts";

export type SlotKind = "parameter" | "return" | "variable" | "field" | "cast";

/** Where a type comes from, as a person is told. */
export type TypeSource = "jsDoc" | "use" | "none";

export interface Typed {
  type: string; // "" is none
  from: TypeSource;
}

export interface Slot {
  kind: SlotKind;
  name: string;
  nameStart: number; // of the declared name, or of the function for a return
  at: number; // where the type is written
  types: Typed[]; // tried in this order; the last is always possible
  tried: number; // index into `types`
  isOptional: boolean;
  mayBeOptional: boolean;
  hasUse: boolean; // whether its use has been looked at
  openBracket?: number; // an arrow function's only parameter, which stands without brackets, gets them
  prefix?: string; // of a field: its line's beginning
  of: number; // where its function begins, for a parameter
}

export const chosen = (slot: Slot): Typed => slot.types[slot.tried]!;

/** Goes on to the next type. @returns false where there is none */
export function tryNext(slot: Slot): boolean {
  if (slot.tried >= slot.types.length - 1) return false;
  slot.tried++;
  return true;
}

/** Adds types to be tried before those that are left. */
export function addTypes(slot: Slot, types: readonly Typed[]): void {
  const known = new Set(slot.types.map(({ type }) => type));
  const fresh = types.filter(({ type }) => type !== "" && type !== "any" && !known.has(type));
  slot.types.splice(slot.tried, 0, ...fresh);
}

function changesOf(slot: Slot): TextChange[] {
  const { type } = chosen(slot);
  const { at, openBracket } = slot;
  const mark = slot.isOptional ? "?" : "";
  if (slot.kind === "field")
    return [{ start: at, end: at, newText: `${slot.prefix ?? ""}${slot.name}${mark}: ${type || "any"};` }];
  if (slot.kind === "cast") {
    if (type === "") return [];
    if (openBracket === undefined) return [{ start: at, end: at, newText: ` as ${type}` }];
    return [
      { start: openBracket, end: openBracket, newText: "(" },
      { start: at, end: at, newText: `) as ${type}` },
    ];
  }
  const text = `${mark}${type === "" ? "" : `: ${type}`}`;
  if (text === "") return [];
  if (openBracket === undefined) return [{ start: at, end: at, newText: text }];
  return [
    { start: openBracket, end: openBracket, newText: "(" },
    { start: at, end: at, newText: `${text})` },
  ];
}

/** A JavaScript text with everything that makes it TypeScript, and where its places lie before and after. */
export class Draft {
  readonly js: string;
  readonly changes: readonly TextChange[];
  readonly text: string;

  /** @param first what stands before a type at the same place, such as imports, exports and comments; `last` what stands behind it */
  constructor(
    js: string,
    slots: readonly Slot[],
    { first = [], last = [] }: { first?: readonly TextChange[]; last?: readonly TextChange[] } = {},
  ) {
    this.js = js;
    this.changes = [...first, ...slots.flatMap(changesOf), ...last].toSorted(
      (a, b) => a.start - b.start || a.end - b.end,
    );
    this.text = withChanges(js, this.changes);
  }

  /** Where what begins at an offset of the JavaScript begins now. */
  after(offset: number): number {
    let shift = 0;
    for (const { start, end, newText } of this.changes)
      if (end <= offset && start <= offset) shift += newText.length - (end - start);
    return offset + shift;
  }

  /** The offset of the JavaScript for one of the text; in what was written, the place where it was written. */
  before(offset: number): number {
    let shift = 0;
    for (const { start, end, newText } of this.changes) {
      const from = start + shift;
      if (offset < from) break;
      if (offset < from + newText.length) return start;
      shift += newText.length - (end - start);
    }
    return offset - shift;
  }
}
