// Follows names within a piece of code: other names of functions, and the strings that are put together under a name. Pure.

import type { Code, Composed } from "./code.ts";

/** `exec as run`, `{ exec: run } = require(…)`, `run = promisify(exec)`, `run = cp.exec` */
const renamed = /(?<![\w$])([A-Za-z_]\w{0,60})\s{1,4}as\s{1,4}([A-Za-z_]\w{0,60})/g;
const required = /\{([^{}]{1,200})\}\s{0,4}=\s{0,4}(?:await\s{1,4}import|require)\(/g;
const assigned =
  /(?<![\w$.])([A-Za-z_$][\w$]{0,60})\s{0,4}=\s{0,4}(?:(?:util\.)?promisify\(\s{0,4}(?:require\([^()\n]{1,40}\)\.)?([\w.]{1,60})|((?:\w{1,40}\.)?(?:exec|execSync|system|popen|check_output|eval))\s{0,4}[;\n])/g;

const runs = /exec|system|popen|spawn|eval|check_output|Function|subprocess/;

/** The function that a callee is another name of, or the callee itself. */
export function realNames(text: string): (callee: string) => string {
  const names = new Map<string, string>();
  if (!runs.test(text)) return (callee) => callee; // a first look that costs little
  for (const [, real, name] of text.matchAll(renamed)) names.set(name!, real!);
  for (const [, pairs] of text.matchAll(required))
    for (const [, real, name] of pairs!.matchAll(/(\w{1,60})\s{0,4}:\s{0,4}(\w{1,60})/g)) names.set(name!, real!);
  for (const [, name, promised, real] of text.matchAll(assigned)) names.set(name!, (promised ?? real)!);
  return (callee) => (names.size === 0 ? callee : (names.get(callee) ?? callee));
}

/** The name that an argument consists of: `sql` of `sql.toString()`, `&sql`, `parts.join(" ")`, `text(sql)`; "" for anything else. */
export function nameIn(expression: string): string {
  return (
    /^(?:&|\*|mut\s|text\(|sqlx::query\()*(\$?[A-Za-z_][\w$]{0,60})(?:!|(?:\.str\(\))?\.(?:c_str|str|toString|ToString|String|strip|trim|as_str|data|join|getvalue|encode)\([^()]{0,20}\))?\)?$/.exec(
      expression,
    )?.[1] ?? ""
  );
}

/** Strings by the names that they are given or added to. */
export function heldStrings({ composed }: Code): ReadonlyMap<string, readonly Composed[]> {
  const held = new Map<string, Composed[]>();
  for (const one of composed) {
    if (one.target === "") continue;
    const known = held.get(one.target);
    if (known) known.push(one);
    else held.set(one.target, [one]);
  }
  return held;
}
