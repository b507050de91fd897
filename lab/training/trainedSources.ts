// What the adapters in use were trained on: the packages of today's lists that train, and those that were taken off them since. Reads them through
// the corpus's filters, so these are all files from which examples could be drawn; which of them were, only the seeds knew.

import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import {
  allPackages,
  type CorpusPackage,
  type CorpusSource,
  filterCorpus,
  packagesOf,
  readPackages,
} from "./corpus.ts";

/** Packages that an adapter in use was trained on and that are no longer on the list: their LICENSE was found to be another than their label says. */
const FORMER: readonly { package: CorpusPackage; licence: string; models: readonly Tier[] }[] = [
  {
    package: {
      name: "@aptos-labs/ts-sdk",
      version: "6.3.1",
      licence: "Apache-2.0",
      use: "train",
      integrity: "sha512-1C13IaHgNIo6MHMTQEcDzeuqTNv++evdY+Ph3IAGLnHlG7Yevdxw50W0nyAJRf4bLzQDI20wfJ66wD2qMg7Rew==",
    },
    licence: "Apache-2.0; its LICENSE file is the Innovation-Enabling Source Code License",
    models: ["quick"],
  },
];

export interface TrainedSource extends CorpusSource {
  licence: string; // the label, and what the LICENSE file is where that is another
  models: readonly Tier[]; // whose adapters were trained on it
}

/** Those that most models were trained on come first. @throws UserError badInput for a package that cannot be fetched or is not the one of the list */
export async function trainedSources(cacheDir: string): Promise<TrainedSource[]> {
  const listed = TIERS.map((tier) => ({ tier, names: new Set(packagesOf(tier).map(({ name }) => name)) }));
  const former = new Map(FORMER.map(({ package: { name }, ...facts }) => [name, facts]));
  const packages = [...FORMER.map((one) => one.package), ...allPackages()];
  // Those that validate are read, too: a file that is nearly one of theirs trains nothing.
  const { sources } = filterCorpus(await readPackages(packages, cacheDir));
  return sources
    .filter((source) => source.package.use === "train")
    .map((source) => {
      const { name, licence } = source.package;
      const models = listed.filter(({ names }) => names.has(name)).map(({ tier }) => tier);
      return { ...source, ...(former.get(name) ?? { licence, models }) };
    })
    .sort((a, b) => b.models.length - a.models.length);
}
