// Inputs that cost a regular expression the most: what comes before each part that repeats, many of what repeats, and an end that does not fit.
// Not a test.

import type { Pattern } from "./patternsIn.ts";
import { type Choice, type Item, type Sequence, treeOf } from "./patternTree.ts";

/** `head`, as many of `row` as fit, `end`. */
export interface HostileInput {
  head: string;
  row: string;
  end: string;
}

export function inputOf({ head, row, end }: HostileInput, units: number): string {
  return head + row.repeat(Math.ceil(units / row.length)) + end;
}

/** Blanks, brackets, quotes, signs, letters, digits, and what is neither. */
const UNITS = [..." \t\r\n\"'`()[]{}<>.,:;=+-*/\\_$#@!?&|%^~aAfFzZ09é漢\u0001"];
const MISFIT = "\u0001";

export function hostileInputs({ source, flags }: Pattern): HostileInput[] {
  const tree = treeOf(source);
  const ones = [...new Set(onesIn(tree))];
  const fits = new Map(ones.map((one) => [one, fittingUnits(one, flags)]));
  // of units that fit the same parts one is enough
  const kinds = new Map<string, string>();
  const candidates = [...ones.map((one) => fits.get(one)![0] ?? "a"), ...UNITS];
  for (const unit of candidates) {
    const kind = ones.map((one) => Number(fits.get(one)!.includes(unit))).join("");
    if (!kinds.has(kind)) kinds.set(kind, unit);
  }
  const units = [...kinds.values()];

  /** A shortest text for a part, made of `wanted` where it fits. */
  const shortest = {
    item({ node, min }: Item, wanted: string, times = min): string {
      if (node === "nothing" || "look" in node) return "";
      const text =
        "group" in node
          ? this.sequence(node.group[0], wanted)
          : fits.get(node.one)!.includes(wanted)
            ? wanted
            : (fits.get(node.one)![0] ?? "");
      return text.repeat(times);
    },
    sequence(sequence: Sequence, wanted: string): string {
      return sequence.map((item) => this.item(item, wanted)).join("");
    },
  };

  const inputs = new Map<string, HostileInput>();
  function add(head: string, row: string): void {
    if (row === "") return;
    for (const end of ["", MISFIT]) {
      inputs.set(JSON.stringify([head, row, end]), { head, row, end });
    }
  }

  function walk(choice: Choice, before: (wanted: string) => string): void {
    for (const sequence of choice) {
      sequence.forEach((item, i) => {
        const head = (wanted: string) => before(wanted) + shortest.sequence(sequence.slice(0, i), wanted);
        const { node, max } = item;
        if (max > 1) {
          const fitting =
            node !== "nothing" && "one" in node ? units.filter((unit) => fits.get(node.one)!.includes(unit)) : units;
          for (const wanted of fitting) {
            const inner = shortest.item(item, wanted, 1);
            add(head(wanted), inner);
            add(head(MISFIT), inner);
            // begun again and again, with and without a part between
            add("", head(wanted) + inner);
            add("", head(MISFIT) + inner.repeat(2) + MISFIT);
          }
          add("", head(MISFIT));
        }
        if (node === "nothing" || "one" in node) return;
        const inside = "group" in node ? node.group : node.look;
        if (max > 1 && "group" in node) {
          for (const one of inside) {
            for (const wanted of units) add(head(MISFIT), shortest.sequence(one, wanted));
          }
        }
        walk(inside, head);
      });
    }
  }
  walk(tree, () => "");
  for (const unit of units) add("", unit);
  for (const sequence of tree) {
    add("", shortest.sequence(sequence, MISFIT));
    for (const unit of units) add("", unit + shortest.sequence(sequence, MISFIT));
  }
  return [...inputs.values()];
}

function onesIn(choice: Choice): string[] {
  return choice.flatMap((sequence) =>
    sequence.flatMap(({ node }) => {
      if (node === "nothing") return [];
      return "one" in node ? [node.one] : onesIn("group" in node ? node.group : node.look);
    }),
  );
}

/** Which of the units stand for one place of a pattern; for a letter or an escape that is none of them, itself. */
function fittingUnits(one: string, flags: string): string[] {
  const pattern = new RegExp(`^${one}$`, flags.replace(/[gym]/g, ""));
  const fitting = [...(one.length === 1 ? [one] : []), ...UNITS].filter((unit) => pattern.test(unit));
  if (fitting.length > 0) return fitting;
  for (let code = 0; code < 0x3000; code++) {
    if (pattern.test(String.fromCharCode(code))) return [String.fromCharCode(code)];
  }
  return [];
}
