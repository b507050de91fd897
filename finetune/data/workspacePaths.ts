// Decides from the path alone whether to learn from a file: by its language, and by folders of code that nobody here has written. Pure; paths
// are relative to the workspace, with forward slashes.

import { languageOfPath } from "../../common/syntax/languages.ts";
import type { Drop } from "./drops.ts";

/** Languages that are data. */
const DATA_LANGUAGES: ReadonlySet<string> = new Set(["json", "jsonc", "toml", "yaml"]);

const FOLDERS: readonly (readonly [Drop, RegExp])[] = [
  ["vendored", /(^|\/)(bower_components|vendor(s|ed)?|third[_-]?party|external|extern|deps)\//i],
  ["testData", /(^|\/)(__)?(snapshots?|fixtures?|baselines?|testdata|test-data)(__)?\//i],
  ["generated", /(^|\/)((__)?generated(__)?|gen)\//i],
  ["translations", /(^|\/)(locales?|l10n|translations)\//i],
];

const TEST_PATH =
  /(^|\/)(tests?|__tests__|spec|e2e)\/|\.(test|spec|e2e)\.[^/]+$|_(test|spec)\.[^/.]+$|(^|\/)test_[^/]+\.py$|(^|\/)conftest\.py$|Tests?\.(java|cs)$/;

/** The reason for not learning from a file of this path; undefined if there is none. */
export function dropOfPath(path: string): Drop | undefined {
  const languageId = languageOfPath(path);
  if (languageId === undefined || DATA_LANGUAGES.has(languageId)) return "notCode";
  return FOLDERS.find(([, pattern]) => pattern.test(path))?.[0];
}

export const isTestPath = (path: string): boolean => TEST_PATH.test(path);
