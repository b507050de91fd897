// Shell commands that are put together from strings (CWE-78). Lists of arguments and constants are fine. Pure.

import type { Call } from "./calls.ts";
import type { Code } from "./code.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Calls that pass their first argument to a shell. */
const shellCall =
  /^(?:(?:child_process|childProcess|cp|shell|shelljs|util|require\(["'](?:node:)?child_process["']\))\.)?(?:exec|execSync|execAsync|execPromise)$|(?:^|\.)(?:execSync|os\.system|os\.popen|popen|getoutput|getstatusoutput|create_subprocess_shell|shell_exec|passthru|proc_open)$|promisify\((?:\w+\.)?exec\)$|^(?:system|popen|shell_exec|passthru|Kernel\.system|Open3\.\w+)$/;
/** Calls that use a shell only if an option says so. */
const maybeShell =
  /(?:^|\.)(?:spawn|spawnSync|execFile|execFileSync|execa|execaSync|run|call|check_call|check_output|Popen|getoutput|fork)$/;
const withShell = /\bshell\s*[:=]\s*(?:true|True|["'`])/;
const anyRun =
  /(?:^|\.)(?:spawn|spawnSync|execFile|execFileSync|execa|run|call|check_call|check_output|Popen|Command|Start|exec|exec[lv]p?e?|spawn[lv]p?e?|ProcessBuilder)$/;
const shellName = /["'`](?:\/bin\/|\/usr\/bin\/)?(?:ba|z|da|k)?sh["'`]|["'`](?:cmd(?:\.exe)?|powershell|pwsh)["'`]/;

/** Values of this program itself, or values quoted for a command. */
const harmlessHole =
  /^(?:[A-Z][A-Z0-9_]*|["'][^"'`]*["']|[\d.]+|__dirname|__filename|import\.meta\.\w+|process\.(?:pid|execPath|platform|arch|version)|sys\.(?:executable|platform)|os\.getpid\(\)|(?:parseInt|Number|int|float|len)\(.*\)|.*\.length|.*\b(?:shlex\.)?(?:quote|shell_?[eE]scape|escape_?[sS]hell\w*|shellescape|escapeshellarg|shellquote)\(.*)$/s;
const isHarmless = (hole: string): boolean => harmlessHole.test(hole.trim());

export function builtCommands(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  const built = builtNames(code);
  for (const call of code.calls) {
    const [first] = call.args;
    if (!first) continue;
    const told = code.text.slice(first.end, call.end);
    const asked = maybeShell.test(call.callee) ? withShell.exec(told) : null;
    const shell = asked !== null || shellCall.test(call.callee);
    const end = first.end + (asked ? asked.index + asked[0].length : 0);
    if (shell && !isConstant(code, first, built, input, asked !== null)) found.push({ start: first.start, end });
    if (!shell && anyRun.test(call.callee)) found.push(...builtForShell(code, call));
  }
  return [...found, ...backticks(code)];
}

/** `spawn("sh", ["-c", "ls " + name])` */
function builtForShell(code: Code, { start, end }: Call): Span[] {
  const all = code.text.slice(start, end);
  if (!shellName.test(all) || !/["'`](?:-\w*c|\/[cC]|-Command)["'`]/.test(all)) return [];
  return code.composed.filter((one) => one.start >= start && one.end <= end && hasOpenHole(one.holes));
}

const hasOpenHole = (holes: string[]): boolean => holes.some((hole) => !isHarmless(hole));

/** @param always whether the shell was asked for: then any variable may bring a command */
function isConstant(code: Code, first: Span, built: ReadonlySet<string>, input: Input, always: boolean): boolean {
  const inside = code.composed.filter(({ start, end }) => start >= first.start && end <= first.end);
  if (inside.some(({ holes }) => hasOpenHole(holes))) return false;
  const expression = code.text.slice(first.start, first.end);
  if (input.isArgument(expression) || built.has(expression)) return false;
  return !always || !/^[a-z_$][\w$.]*$/.test(expression) || isHarmless(expression);
}

/** Names that hold a composed string. */
function builtNames({ composed }: Code): Set<string> {
  return new Set(
    composed.filter(({ target, holes }) => target !== "" && hasOpenHole(holes)).map(({ target }) => target),
  );
}

/** Ruby, PHP and Perl run what stands in backticks. */
function backticks({ languageId, lexemes }: Code): Span[] {
  if (!/^(?:ruby|php|perl)$/.test(languageId)) return [];
  return lexemes.filter(({ kind, text, holes = [] }) => kind === "string" && text.startsWith("`") && holes.length > 0);
}
