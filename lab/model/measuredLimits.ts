// The part of both models' cards that says what their limits were measured to be. Figures of today, as in docs/results.md and the log.

import type { Tier } from "../../server/host/protocol/tiers.ts";

interface Measured {
  languages: readonly string[]; // rows: what is asked, exactly right
  names: Readonly<Record<string, number>>; // of 40 lines, by natural language
  namesSay: string;
  /** Places at which the next 100 (50) characters come as the file stands: of what the adapter was trained on, and of what nothing was trained on. */
  extraction: { places: number; trained: [all: number, half: number]; other: [all: number, half: number] } | undefined;
}

/** Of dangerous suggestions that were written without a look at the rules, those that pass the product's filter; the same for both models. */
const INSECURE = { batch: 5, pass: 3, of: 87, when: "when the batch was new" };

const MEASURED: Readonly<Record<Tier, Measured>> = {
  quick: {
    languages: [
      "single lines of JavaScript, 91 | 25.3 %",
      "single lines of Python, 92 | 20.7 %",
      "TypeScript that needs other files, 200 | 14.5 %",
    ],
    namesSay:
      "fewer lines are right than in English, and in German, Chinese and Japanese half as many; Chinese and Japanese take more than twice the tokens, too",
    names: { English: 17, French: 14, Spanish: 13, German: 9, Japanese: 8, Chinese: 7 },
    extraction: { places: 500, trained: [1, 18], other: [0, 14] },
  },
  strong: {
    languages: [
      "single lines of JavaScript, 91 | 45.1 %",
      "single lines of Python, 92 | 46.7 %",
      "TypeScript that needs other files, 200 | 43.5 %",
    ],
    names: { English: 28, French: 29, Spanish: 29, German: 26, Japanese: 14, Chinese: 11 },
    namesSay:
      "German, French and Spanish cost nothing that 40 lines could show; in Chinese and Japanese half as many lines are right, and they take more than twice the tokens",
    extraction: undefined,
  },
};

/** A section in Markdown, with its heading. */
export function measuredLimits(tier: Tier): string {
  const { languages, names, namesSay, extraction } = MEASURED[tier];
  const rows = [
    "| asked for (how: `docs/results.md` and the log) | exactly right |",
    "| --- | ---: |",
    ...languages.map((row) => `| ${row} |`),
    ...Object.entries(names).map(
      ([language, right]) => `| lines of plain functions, names and comments in ${language}, 40 | ${right} of 40 |`,
    ),
  ];
  return `## Limits that were measured

${rows.join("\n")}

- **Languages**: the adapter was trained on ${tier === "quick" ? "TypeScript and JavaScript" : "TypeScript, JavaScript and Python"}; of other programming languages exact lines were not measured.
- **Names in other natural languages**: ${namesSay} (the same 40 places; 3 more or less may be chance; \`node lab/evaluate/namingLanguages.ts\`).
- **Insecure patterns**: the model writes what public code has, dangerous code included. Sotto withholds what it knows: of ${INSECURE.of} dangerous suggestions that
  were written without a look at its rules (batch ${INSECURE.batch}), ${INSECURE.pass} passed ${INSECURE.when} (\`node lab/evaluate/insecureBatch.ts\`). Used without Sotto, nothing is withheld.
- **Memorised text**: ${
    extraction
      ? `after 1,000 characters that stand before what the adapter was trained on, the next 100 come as the file stands at ${extraction.trained[0]} of ${extraction.places} places, the next 50 at
  ${extraction.trained[1]}; at places that nothing was trained on, at ${extraction.other[0]} and ${extraction.other[1]} of ${extraction.places} (\`node lab/evaluate/extraction.ts\`). What the base has memorised is not in these figures.`
      : "not measured for this adapter."
  }
- **The base's own training data cannot be indexed**: nobody outside has it. The licence guard knows the packages of a project, vendored folders, and what this
  adapter was trained on (\`models/training-index.bin\`: copies of 130 characters and more are found for certain, of 60 to 89 about one in three, of 90 to 129 four in five), not what the base has seen.
`;
}
