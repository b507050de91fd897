// The names that a program knows without declaring them, by language. The lists are made by lab/fit/makeGlobals.ts.

import lists from "./globals.json" with { type: "json" };

/** Globals that test runners define in test files. */
const testGlobals = new Set(
  (
    "after afterAll afterEach assert before beforeAll beforeEach context cy describe expect expectTypeOf fail fdescribe fit it jasmine jest " +
    "QUnit sinon specify spyOn suite suiteSetup suiteTeardown setup teardown test vi vitest xdescribe xit xtest"
  ).split(" "),
);

/** Globals that React's types define in a file with JSX. */
const jsxGlobals = new Set(["JSX", "React"]);

const named = (...names: (keyof typeof lists)[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => lists[name].flatMap((line) => line.split(" "))));

const ecmaScript = named("ecmaScript", "dom", "node", "vscode");
const python = named("python");

const testPath = /(^|[/._-])(tests?|specs?|__tests__|e2e)([/._-]|$)/i;

/** Whether a name is known in every file of this language and place. */
export function isGlobal(name: string, languageId: string, path: string): boolean {
  if (languageId === "python") return python.has(name) || name === "_" || /^__\w+__$/.test(name);
  if (ecmaScript.has(name)) return true;
  if (testGlobals.has(name)) return testPath.test(path);
  return jsxGlobals.has(name) && /react$|^javascript$/.test(languageId);
}
