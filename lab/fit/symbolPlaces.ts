// Places in real code where a line, or the rest of one, is removed: the removed text stands for a perfect model's suggestion, and the same text with
// one misspelt identifier for a poor model's. The same text and seed give the same places.

import { SeededRandom } from "../../finetune/data/seededRandom.ts";

export interface SymbolPlace {
  before: string; // the file without `inserted`
  offset: number; // UTF-16 units, where it stood
  inserted: string;
  misspelt?: { text: string; name: string; start: number }; // `inserted` with one identifier changed, and where that begins in it
}

const IDENTIFIER = /(?<![\w$.'"`@#-])(?:[A-Za-z_$][\w$]*)(?![\w$])|(?<=[\w$)\]]\??\.)[A-Za-z_$][\w$]*/g;

/** The shortest name that is misspelt: a shorter one has near neighbours that may exist. */
const LEAST_LETTERS = 4;

/** @param count of places, at most; each in a line of its own */
export function symbolPlaces(text: string, seed: number, count: number): SymbolPlace[] {
  const random = new SeededRandom(seed);
  const lines = [...text.matchAll(/^([ \t]*)(\S.*)$/gm)].filter(
    ([, , code]) => /\w\w/.test(code!) && !/^(\/\/|\*|\/\*)/.test(code!),
  );
  const places: SymbolPlace[] = [];
  while (places.length < count && lines.length > 0) {
    const [{ index, 1: indentation, 2: code }] = lines.splice(random.between(0, lines.length - 1), 1) as [
      RegExpExecArray,
    ];
    const starts = [...code!.matchAll(/(?<=[\s(.,{[=])(?=[\w$])/g)].map((match) => match.index);
    const from = random.chance(0.5) || starts.length === 0 ? 0 : random.pick(starts);
    const offset = index + indentation!.length + from;
    const inserted = code!.slice(from);
    const before = text.slice(0, offset) + text.slice(offset + inserted.length);
    places.push({ before, offset, inserted, misspelt: misspelt(inserted, random) });
  }
  return places;
}

function misspelt(inserted: string, random: SeededRandom): SymbolPlace["misspelt"] {
  const code = inserted.replace(/\/\/.*$/, "");
  const names = [...code.matchAll(IDENTIFIER)].filter(([name]) => name.length >= LEAST_LETTERS);
  if (names.length === 0) return undefined;
  const { 0: name, index } = random.pick(names);
  const at = random.between(1, name.length - 2);
  const wrong = name.slice(0, at) + name[at] + name.slice(at); // a letter doubled
  return { text: inserted.slice(0, index) + wrong + inserted.slice(index + name.length), name: wrong, start: index };
}
