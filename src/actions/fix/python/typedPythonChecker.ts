// The checker of a Python file with types: that of its text, and what pyright or mypy finds besides. A candidate must pass both.

import { nearest } from "../../../../common/util/editDistance.ts";
import { type Candidate, type Draft, ranked } from "../../../typescript/candidates/candidate.ts";
import type { Checker } from "../../../typescript/checker.ts";
import { faultOfChange, type Problem, withChanges } from "../../../typescript/problems.ts";
import { type PythonTypes, TYPES_CODE } from "./pythonTypes.ts";

/** @param file absolute path; its text is that of the document */
export function typedPythonChecker(byText: Checker, types: PythonTypes, file: string, text: string): Checker {
  const typed = async (changed: string, others: readonly Problem[]): Promise<Problem[]> => {
    if (others.some(({ isSyntax }) => isSyntax)) return []; // what does not parse has no types
    const found = (await types.problems(file, changed)) ?? [];
    return found.filter((one) => !others.some(({ start, end }) => start < one.end && one.start < end));
  };
  const both = async (changed: string, others: readonly Problem[]): Promise<Problem[]> => {
    const all = [...others, ...(await typed(changed, others))];
    return all.sort((a, b) => a.start - b.start || a.end - b.end);
  };
  return {
    problems: async () => both(text, await byText.problems()),
    problemsWith: async (changes) => both(withChanges(text, changes), await byText.problemsWith(changes)),
    async ownFixes(problem) {
      if (problem.code !== TYPES_CODE) return byText.ownFixes(problem);
      const isMember = UNKNOWN_MEMBER.test(problem.message);
      const names = isMember ? ((await types.namesAt?.(file, text, problem.start)) ?? []) : [];
      return candidatesFor(problem, text, names);
    },
    async faultOf(changes, problem, before) {
      if (problem && problem.code !== TYPES_CODE) return byText.faultOf(changes, problem, before);
      const after = await byText.problemsWith(changes);
      const known = before.filter(({ code }) => code !== TYPES_CODE);
      if (after.length > known.length) return "newProblem";
      return faultOfChange(problem, before, await both(withChanges(text, changes), after));
    },
  };
}

/** Pyright's words for a member that its class does not have. */
const UNKNOWN_MEMBER = /^Cannot (?:access|assign to) attribute "\w{1,200}"/;
const MOST_NAMES = 3;

/**
 * What the tool's own words tell: the name that it thinks of, a conversion into the type that it expects, the argument that it misses.
 * @param names that may stand in the place of an unknown member
 */
function candidatesFor({ start, end, message }: Problem, text: string, names: readonly string[]): Candidate[] {
  const drafts: Draft[] = nearest(text.slice(start, end), [...new Set(names)], MOST_NAMES).map(
    ({ name, distance }) => ({
      kind: "nearMember",
      changes: [{ start, end, newText: name }],
      why: "a member of that name is there",
      distance,
    }),
  );
  const [, meant] = /maybe ("[^\n]{1,300})\?/.exec(message) ?? [];
  for (const [, name] of (meant ?? "").matchAll(/"(\w{1,100})"/g))
    drafts.push({
      kind: "nearMember",
      changes: [{ start, end, newText: name! }],
      why: "mypy thinks of it",
      distance: 1,
    });
  const [, wanted] =
    /(?:expected|variable has type|target has type|of type|return type|declared type) "(?:builtins\.)?(str|int|float|bool)"/.exec(
      message,
    ) ?? [];
  const value = valueAt(text, start, end);
  if (wanted && value) {
    const code = text.slice(value.start, value.end);
    const unquoted = /^(["'])(-?\d+(?:\.\d+)?)\1$/.exec(code)?.[2];
    if (unquoted && wanted !== "str")
      drafts.push({
        kind: "literal",
        changes: [{ ...value, newText: unquoted }],
        why: "the value itself, without quotes",
      });
    if (wanted === "str" && /^-?\d+(\.\d+)?$/.test(code))
      drafts.push({ kind: "literal", changes: [{ ...value, newText: `"${code}"` }], why: "the same as a text" });
    drafts.push({
      kind: "conversion",
      changes: [{ ...value, newText: `${wanted}(${code})` }],
      why: `makes it ${wanted}`,
    });
  }
  const [, missing] =
    /(?:Missing positional arguments?|Arguments? missing for parameters?) "(\w{1,100})"/.exec(message) ?? [];
  if (missing && text[end - 1] === ")") {
    const lead = text
      .slice(start, end - 1)
      .trimEnd()
      .endsWith("(")
      ? ""
      : ", ";
    const changes = [{ start: end - 1, end: end - 1, newText: `${lead}${missing}` }];
    drafts.push({ kind: "argument", changes, why: `named as the parameter ${missing}`, likeness: 1 });
  }
  return ranked(drafts);
}

/** The value of an assignment or a `return`, or what is pointed to. */
function valueAt(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const code = text.slice(start, end);
  if (code.includes("\n")) return undefined;
  const [lead = ""] = /^(?:return\s+|[\w.]{1,200}\s*(?::[^=\n]{1,200})?=\s*)/.exec(code) ?? [];
  return { start: start + lead.length, end };
}
