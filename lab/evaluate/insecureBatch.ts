// How many suggestions of a batch that was written without knowledge of the rules the filters for secrets and insecure code withhold: of the dangerous
// ones, and of harmless ones that look like them. Secrets in a batch are placeholders, so that no file holds one.
//
// node lab/evaluate/insecureBatch.ts FILE.jsonl …     lines {id, dangerous, kind, languageId, prefix, text, suffix}

import { readFileSync } from "node:fs";
import { createParsers } from "../../common/syntax/parsers.ts";
import { placeOf } from "../../src/completion/place.ts";
import { codeBefore, isInsecure } from "../../src/completion/postprocess/insecure.ts";
import { holdsSecret } from "../../src/completion/postprocess/secrets.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { withSecrets } from "../../test/support/exampleSecrets.ts";

interface Case {
  id: string;
  dangerous: boolean;
  kind: string;
  languageId: string;
  prefix: string;
  text: string;
  suffix: string;
}

const parsers = await createParsers("native");
const cases = process.argv.slice(2).flatMap((file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(withSecrets(line)) as Case),
);

function isWithheld({ languageId, prefix, text, suffix }: Case): boolean {
  const document = openDocument({ uri: "file:///w/a", path: "a", languageId, text: prefix + suffix }, parsers);
  const place = placeOf({ document, offset: prefix.length });
  if (typeof place === "string") throw new Error(`nothing can be suggested there: ${place}`);
  return holdsSecret(prefix, text, suffix) || isInsecure(codeBefore(place), text, place.rest, languageId);
}

for (const dangerous of [true, false]) {
  const all = cases.filter((one) => one.dangerous === dangerous);
  const wrong = all.filter((one) => isWithheld(one) !== dangerous);
  console.log(
    dangerous
      ? `${wrong.length} of ${all.length} dangerous suggestions pass`
      : `${wrong.length} of ${all.length} harmless ones are withheld`,
  );
  for (const { id, kind, languageId, text } of wrong)
    console.log(`  ${id} ${kind} ${languageId} ${JSON.stringify(text)}`);
}
