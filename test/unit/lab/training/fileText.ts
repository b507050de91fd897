// Source text of a wanted size for the tests of the corpus: looks written by hand, and differs from seed to seed.

import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";

const WORDS = "queue item limit handle file target option count name value index node range token path state".split(
  " ",
);

export function fileText(seed: number, chars: number): string {
  const random = new SeededRandom(seed + 1);
  const name = () => `${random.pick(WORDS)}${random.pick(WORDS)}${random.between(1, 99)}`;
  let text = "";
  while (text.length < chars) {
    const [a, b, c] = [name(), name(), name()];
    text += `/** Gives ${a} of ${b}. */\nexport function ${a}(${b}, ${c}) {\n  const ${name()} = ${b}.${name()}(${c});\n`;
    text += `  if (${c} > ${random.between(1, 500)}) return [${b}, "${name()}"];\n  return ${name()}(${b});\n}\n\n`;
  }
  return text;
}
