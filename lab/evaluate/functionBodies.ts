// Asks each model for the bodies of six functions, as Alt+\ does, one a language: how many are answered, and with how many the file parses. Each
// stands in a small file of its own, without repository. Prints what was written; whether it is right is for a person to read.
//
// node lab/evaluate/functionBodies.ts [--tier quick|strong] [--threads N]   (goal: at least 5 of 6 answered, and all of them parse)

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type CliModel, loadLocalModel } from "../../cli/model.ts";
import { countErrors } from "../../common/syntax/errors.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import { TIERS } from "../../server/host/protocol/tiers.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { openDocument } from "../../src/workspace/documents.ts";

/** Files by their path; █ is the cursor. */
const FILES: Readonly<Record<string, string>> = {
  "numbers.js": "'use strict'\n\nfunction isPrime (n) {\n  █\n}\n\nmodule.exports = { isPrime }\n",
  "groups.ts":
    "/** The items by the key that each has. */\nexport function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {\n  █\n}\n",
  "dates.py":
    'import datetime\n\n\ndef days_between(first, last):\n    """Number of whole days from one ISO date to another."""\n    █\n',
  "words.go":
    'package words\n\nimport "strings"\n\n// Count tells how often each word occurs in text, whatever its case.\nfunc Count(text string) map[string]int {\n\t█\n}\n',
  "stats.rs":
    "/// The mean of the values, or None where there are none.\npub fn mean(values: &[f64]) -> Option<f64> {\n    █\n}\n",
  "Text.java":
    "package text;\n\npublic final class Text {\n    /** Whether the text reads the same backwards. */\n    public static boolean isPalindrome(String text) {\n        █\n    }\n}\n",
};

/** More than any machine needs: the figures must not depend on how busy it is. */
const DEADLINE_MS = 600_000;

async function body(
  file: string,
  model: CliModel,
  parsers: Parsers,
): Promise<{ text: string; parses: boolean } | string> {
  const languageId = languageOfPath(file)!;
  const [before, after] = FILES[file].split("█");
  await prepareQueries(parsers, languageId);
  const item = { uri: pathToFileURL(`/bodies/${file}`).href, path: file, languageId, text: before + after };
  const result = await complete(
    { document: openDocument(item, parsers), offset: before.length, explicit: true, filter: true },
    {
      model,
      writing: { id: model.status().model, tier: model.tier },
      cache: new CompletionCache(),
      settings: { ...defaultCompletionSettings, deadlineMs: DEADLINE_MS },
    },
    new AbortController().signal,
  );
  if (result.kind === "failed") throw result.error;
  if (result.outcome.kind === "none") return result.outcome.reason;
  const { text, replaceAfter } = result.outcome.items[0];
  const tree = parsers.for(languageId)?.parse(before + text + after.slice(replaceAfter));
  const parses = tree !== undefined && countErrors(tree).count === 0;
  tree?.dispose();
  return { text, parses };
}

const { values } = parseArgs({ options: { tier: { type: "string" }, threads: { type: "string" } } });
const parsers = await createParsers();
for (const tier of TIERS.filter((one) => values.tier === undefined || values.tier === one)) {
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  const model = await loadLocalModel({ id: tier, threads });
  let answered = 0;
  let parsing = 0;
  for (const file of Object.keys(FILES)) {
    const found = await body(file, model, parsers);
    console.log(
      `--- ${tier} ${file}: ${typeof found === "string" ? found : found.parses ? "parses" : "does not parse"}`,
    );
    if (typeof found === "string") continue;
    answered++;
    if (found.parses) parsing++;
    console.log(found.text);
  }
  console.log(`=== ${tier}: answered ${answered} of ${Object.keys(FILES).length}, parse ${parsing}`);
  model.dispose();
}
