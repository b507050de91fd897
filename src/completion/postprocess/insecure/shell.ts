// Shell commands that are put together from strings (CWE-78). Lists of arguments and constants are fine. Pure.

import type { Code } from "./code.ts";
import { constantsOf } from "./constants.ts";
import { nameIn, realNames } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Span } from "./lexemes.ts";

/** Calls that pass their first argument to a shell, here or on another machine. */
const shellCall =
  /^(?:(?:child_process|childProcess|cp|shell|shelljs|util|require\(["'](?:node:)?child_process["']\))\.)?(?:exec|execSync|execAsync|execPromise)$|(?:^|\.)(?:execSync|os\.system|os\.popen|popen|getoutput|getstatusoutput|create_subprocess_shell|shell_exec|passthru|proc_open|exec_command|execCommand|execaCommand(?:Sync)?|execa\.command(?:Sync)?|setCommand|CommandLine\.parse|AddScript|ScriptBlock\.Create|fromShellCommandline|pexpect\.(?:spawn|run|runu)|commandline|getRuntime\(\)\s{0,20}\.\s{0,4}exec)$|(?:^|\.)(?:ssh\w{0,10}|conn|client)\.exec$|(?:^|\.)(?:ssh\w{0,10}|sess(?:ion)?)\.(?:CombinedOutput|Output|Run|Start)$|promisify\((?:\w+\.)?exec\)$|(?:^|::)fromShellCommandline$|^(?:system|_?popen|_wsystem|std::system|shell_exec|passthru|Kernel\.system|Open3\.\w+)$/;
/** A command with a value in it, by the program's name: passed to a method that may run anything. */
const mayRun = /(?:^|\.)(?:run|sudo|local|call|command|execute|spawn|system|cmd|bash|sh|shell|exec)$/;
const looksCommand =
  /^\s{0,4}(?:sudo\s+)?(?:git|docker|podman|kubectl|rm|cp|mv|ls|cat|tar|zip|unzip|gzip|ping|curl|wget|ssh|scp|rsync|ffmpeg|convert|systemctl|service|chmod|chown|mkdir|kill|pkill|npm|yarn|pip|apt|apt-get|grep|find|echo|tail|head|du|df|mount|dig|nslookup|whois|openssl|mysqldump|pg_dump|mysql|psql|crontab|useradd|userdel|id|su|nmap|sh|bash|python3?)\s[^\n]{0,200}\0/;

/** Calls that use a shell only if an option says so. */
const maybeShell =
  /(?:^|\.)(?:spawn|spawnSync|execFile|execFileSync|execa|execaSync|run|call|check_call|check_output|Popen|getoutput|fork)$/;
const withShell = /\bshell\s*[:=]\s*(?:true|True|["'`])/;
const shellName =
  /["'`](?:\/bin\/|\/usr\/bin\/)?(?:ba|z|da|k)?sh["'`]|["'`](?:C:\\\\Windows\\\\System32\\\\)?(?:cmd|powershell|pwsh)(?:\.exe)?["'`]/i;
/** A shell's option before its command, as a string of its own or at the beginning of one. */
const commandOption = /^[bru]?["'`](?:-\w{0,3}c|\/[cCkK]|-Command|-EncodedCommand)["'`]$/;
const beginsWithOption = /^\s{0,4}(?:-\w{0,3}c|\/[cCkK]|-Command)\s/;
const OPTION_WITHIN = 12; // lexemes

/** Values of this program itself, or values quoted for a command. */
const harmlessHole =
  /^(?:[A-Z][A-Z0-9_]*|["'][^"'`]*["']|[\d.]+|__dirname|__filename|import\.meta\.\w+|process\.(?:pid|execPath|platform|arch|version)|sys\.(?:executable|platform)|os\.getpid\(\)|(?:parseInt|Number|int|float|len)\(.*\)|.*\.length|.*\b(?:shlex\.)?(?:quote|shell_?[eE]scape|escape_?[sS]hell\w*|shellescape|escapeshellarg|shellquote)\(.*)$/s;
const isHarmless = (hole: string): boolean => harmlessHole.test(hole.trim());

export function builtCommands(code: Code, input: Input): Span[] {
  const found: Span[] = [];
  const built = builtNames(code);
  const real = realNames(code.text);
  for (const call of code.calls) {
    const [first] = call.args;
    if (!first) continue;
    const callee = real(call.callee);
    const told = code.text.slice(first.end, call.end);
    const asked = maybeShell.test(callee) ? withShell.exec(told) : null;
    const shell = asked !== null || shellCall.test(callee) || isPhp(code, callee);
    const end = first.end + (asked ? asked.index + asked[0].length : 0);
    if (shell && !isConstant(code, first, built, input, asked !== null)) found.push({ start: first.start, end });
    else if (mayRun.test(callee))
      found.push(
        ...code.composed.filter(
          (one) => one.start === first.start && looksCommand.test(one.text) && hasOpenHole(code, one.holes),
        ),
      );
  }
  return [...found, ...givenToShell(code, built, input), ...commandLines(code), ...pipes(code), ...backticks(code)];
}

const isPhp = ({ languageId }: Code, callee: string): boolean =>
  languageId === "php" && /^(?:exec|system|passthru|shell_exec|popen|proc_open)$/.test(callee);

/** `"sh", "-c", "ls " + name`, in whatever list or call. */
function givenToShell(code: Code, built: ReadonlySet<string>, input: Input): Span[] {
  const { lexemes: all, composed, text } = code;
  const found: Span[] = [];
  for (const [i, { kind, text: option }] of all.entries()) {
    if (kind !== "string" || !commandOption.test(option)) continue;
    if (!all.slice(Math.max(0, i - OPTION_WITHIN), i).some((one) => one.kind === "string" && shellName.test(one.text)))
      continue;
    let at = i + 1;
    while (at < all.length && at - i < OPTION_WITHIN && (all[at]!.kind === "mark" || /^args?$/.test(all[at]!.text)))
      at++;
    const next = all[at];
    if (!next) continue;
    const one = composed.find(({ start, end }) => start <= next.start && end >= next.end && start > all[i]!.start);
    if (
      one ? hasOpenHole(code, one.holes) : next.kind === "name" && (built.has(next.text) || input.isArgument(next.text))
    )
      found.push(one ?? { start: next.start, end: next.end });
    else if (isBareName(code, at)) found.push(next);
    else if (next.kind === "name" && input.isArgument(text.slice(next.start).split(/[,)\]}\n]/, 1)[0]!))
      found.push(next);
  }
  return found;
}

/** Whether an argument is a name of which nothing is known: a shell runs whatever it holds. */
function isBareName(code: Code, at: number): boolean {
  const [name, after] = code.lexemes.slice(at, at + 2);
  if (name!.kind !== "name" || !/^[a-z]\w{1,40}$/.test(name!.text) || !/^[,)\]}]$/.test(after?.text ?? ""))
    return false;
  return !constantsOf(code)(name!.text) && !isHarmless(name!.text);
}

/** A shell and its option in a list, to which the command is added: `List.of("sh", "-c")`. */
const shellList = /["'`](?:\/bin\/)?(?:ba|z|da)?sh["'`],\s?["'`]-\w?c["'`]\s?[)\]}]/;

/** `"cmd.exe", "/c del " + file`, and .NET's `Arguments`, which is one string that the program takes apart again. */
function commandLines(code: Code): Span[] {
  const { composed, lexemes, languageId } = code;
  return composed.filter(({ text, target, callees, holes, start }) => {
    if (!hasOpenHole(code, holes)) return false;
    if (
      languageId === "csharp" &&
      (target === "Arguments" || /(?:^|\.)(?:Process\.Start|(?:new )?ProcessStartInfo)$/.test(callees[0]?.callee ?? ""))
    )
      return true;
    if (/\.(?:add|push|append)$/.test(callees[0]?.callee ?? "") && /^[\w./-]{1,40}\s/.test(text))
      return shellList.test(code.text.slice(0, start));
    return (
      beginsWithOption.test(text) &&
      lexemes.some((one) => one.kind === "string" && one.start < start && shellName.test(one.text))
    );
  });
}

const hasOpenHole = (code: Code, holes: string[]): boolean =>
  holes.some((hole) => !isHarmless(hole) && !constantsOf(code)(hole));

/** @param always whether the shell was asked for: then any variable may bring a command */
function isConstant(code: Code, first: Span, built: ReadonlySet<string>, input: Input, always: boolean): boolean {
  const inside = code.composed.filter(({ start, end }) => start >= first.start && end <= first.end);
  if (inside.some(({ holes }) => hasOpenHole(code, holes))) return false;
  const expression = code.text.slice(first.start, first.end);
  if (input.isArgument(expression) || built.has(nameIn(expression))) return false;
  return !always || !/^[a-z_$][\w$.]*$/.test(expression) || isHarmless(expression);
}

/** Names that hold a composed string. */
function builtNames(code: Code): Set<string> {
  const { composed, added } = code;
  return new Set(
    [...composed, ...added]
      .filter(({ target, holes }) => target !== "" && hasOpenHole(code, holes))
      .map(({ target }) => target),
  );
}

/** Perl's and Ruby's `open` of a command: `open(my $out, "ls $folder |")`, `open(my $out, "-|", "ls $folder")`. */
function pipes(code: Code): Span[] {
  const { languageId, calls, composed, text } = code;
  if (!/^(?:perl|ruby)$/.test(languageId)) return [];
  return calls.flatMap(({ callee, args }) => {
    if (callee !== "open" || args.length > 3) return []; // more arguments are a list, which no shell reads
    const last = args.at(-1);
    const command = composed.find(({ start, end }) => last && start >= last.start && end <= last.end);
    if (!command || !hasOpenHole(code, command.holes)) return [];
    const mode = args.length === 3 ? text.slice(args[1]!.start, args[1]!.end) : command.text;
    return /^\s{0,4}["']?(?:-\||\|)|\|-?["']?\s{0,4}$/.test(mode) ? [command] : [];
  });
}

/** Ruby, PHP and Perl run what stands in backticks, Ruby what stands in `%x(…)`. */
function backticks({ languageId, lexemes, text }: Code): Span[] {
  if (!/^(?:ruby|php|perl)$/.test(languageId)) return [];
  const found: Span[] = lexemes.filter(
    ({ kind, text, holes = [] }) => kind === "string" && text.startsWith("`") && holes.length > 0,
  );
  for (const { index, 0: whole } of text.matchAll(/%x[({[][^\n]{0,200}?#\{/g))
    found.push({ start: index, end: index + whole.length });
  return found;
}
