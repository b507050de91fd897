// The keys that write a text, one after the other, with what VS Code does by itself: it closes brackets and quotes, which are typed over, and
// indents new lines. Pure: a document and a cursor in, the next step out. What is left out: comments that go on by themselves but for JSDoc,
// quotes within a template that began on an earlier line, and surrounding a selection.

/** A change of the document, and where the cursor is afterwards. Offsets in UTF-16 units. */
export interface Edit {
  start: number;
  end: number;
  text: string; // instead of what stands from start to end
  cursor: number;
}

export type Step =
  | { kind: "key"; edit: Edit }
  | { kind: "move"; cursor: number } // over a closing bracket that stands on a later line already
  | { kind: "clean"; edit: Edit }; // takes away what the editor has closed and nobody wants

/** Somebody writes `target` at `start`. */
export interface Writing {
  text: string; // the document
  cursor: number;
  start: number;
  end: number; // up to here the document holds what was written since, and what the editor has put behind the cursor
  target: string;
  indent: string; // one level of it
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`" };

/** Before these, or at the end of a line, an opened bracket is closed: `autoCloseBefore` of VS Code's TypeScript configuration. */
const CLOSED_BEFORE = ";:.,=}])>` \n\t";

/** How much of the target stands before the cursor. */
export function writtenUnits({ text, start, cursor, target }: Writing): number {
  const written = text.slice(start, cursor);
  let same = 0;
  while (same < written.length && written[same] === target[same]) same++;
  return same;
}

/**
 * What somebody does next to write the target; undefined where it stands there.
 * @throws Error where something else than indentation stands before the cursor
 */
export function nextStep(writing: Writing): Step | undefined {
  const { text, cursor, start, end, target } = writing;
  const written = text.slice(start, cursor);
  if (writtenUnits(writing) < written.length) return unindent(writing, written);
  const rest = target.slice(written.length);
  const tail = text.slice(cursor, end);
  if (rest === "") return tail === "" ? undefined : clean(cursor, end);
  const below = /^\s*\n\s*[)\]}]+/.exec(tail);
  if (below && rest.startsWith(below[0])) return { kind: "move", cursor: cursor + below[0].length };
  const [character] = rest;
  if (tail[0] === character && /[)\]}"'`]/.test(character)) {
    return key({ start: cursor, end: cursor + 1, text: character, cursor: cursor + 1 }); // VS Code's typing over replaces it
  }
  if (character === "\n") return enter(writing, rest);
  const line = lineBefore(text, cursor);
  if (line.trim() === "" && /[ \t]/.test(character)) {
    const [missing] = /^[ \t]+/.exec(rest)!;
    return key(insertion(cursor, missing.slice(0, Math.max(1, writing.indent.length)))); // the tab key
  }
  const closing = closes(writing, line, character) ? CLOSING[character] : "";
  return key({ start: cursor, end: cursor, text: character + closing, cursor: cursor + 1 });
}

/** The editor has indented the line deeper than the target. */
function unindent({ text, cursor, target, indent }: Writing, written: string): Step {
  const lineAt = written.lastIndexOf("\n") + 1;
  const has = written.slice(lineAt);
  if (has.trim() !== "" || lineAt === 0) throw new Error(`"${written}" is not the beginning of "${target}"`);
  const lineStart = cursor - has.length;
  const [wanted] = /^[ \t]*/.exec(target.slice(lineAt))!;
  const next = target[lineAt + wanted.length];
  if (next === undefined) return clean(lineStart + wanted.length, cursor);
  if (next === "\n") return enter({ text, cursor, indent, start: 0, end: cursor, target }, target.slice(lineAt));
  if (/[)\]}]/.test(next)) return key(replacement(lineStart, cursor, wanted + next)); // it takes its line's indentation along
  const shorter = has.slice(0, Math.max(wanted.length, has.length - Math.max(1, indent.length)));
  return key(replacement(lineStart, cursor, shorter.startsWith(wanted) ? shorter : wanted)); // backspace
}

function enter({ text, cursor, end, indent }: Writing, rest: string): Step {
  const line = lineBefore(text, cursor);
  const [own] = /^[ \t]*/.exec(line)!;
  const start = line.trim() === "" ? cursor - line.length : cursor; // the editor takes away its own indentation of a blank line
  const comment = /^\s*(\/\*\*|\*)(?!.*\*\/)/.exec(line);
  const star = comment && own + (comment[1] === "*" ? "* " : " * ");
  if (star && rest.startsWith(`\n${star}`)) return key(replacement(start, cursor, `\n${star}`));
  const opening = line.trimEnd().at(-1) ?? "";
  const opens = /[{([]/.test(opening);
  const inner = `\n${own}${opens ? indent : ""}`;
  const pushed = opens && cursor < end && text[cursor] === CLOSING[opening] ? `\n${own}` : ""; // the closing bracket, to a line of its own
  return key({ start, end: cursor, text: inner + pushed, cursor: start + inner.length });
}

function closes({ text, cursor }: Writing, line: string, character: string): boolean {
  const closing = CLOSING[character];
  if (closing === undefined || !(cursor === text.length || CLOSED_BEFORE.includes(text[cursor]))) return false;
  return closing !== character || (!/\w$/.test(line) && regionAt(line) === "code");
}

/** Where the end of a line's beginning is. */
function regionAt(line: string): "code" | "string" | "comment" {
  if (/^\s*(\/?\*)/.test(line)) return "comment";
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    if (quote !== "") {
      if (line[i] === "\\") i++;
      else if (line[i] === quote) quote = "";
    } else if (/["'`]/.test(line[i])) quote = line[i];
    else if (line.startsWith("//", i)) return "comment";
  }
  return quote === "" ? "code" : "string";
}

const lineBefore = (text: string, cursor: number): string => text.slice(text.lastIndexOf("\n", cursor - 1) + 1, cursor);

const key = (edit: Edit): Step => ({ kind: "key", edit });

const replacement = (start: number, end: number, text: string): Edit => ({
  start,
  end,
  text,
  cursor: start + text.length,
});

const insertion = (at: number, text: string): Edit => replacement(at, at, text);

const clean = (start: number, end: number): Step => ({ kind: "clean", edit: { start, end, text: "", cursor: start } });

/** One level of indentation of a file: a tab, or the smallest step of blanks. */
export function indentOf(text: string): string {
  if (/^\t/m.test(text)) return "\t";
  const steps = [...text.matchAll(/^( +)\S/gm)].map(([, blanks]) => blanks.length).filter((width) => width > 1);
  return " ".repeat(steps.length === 0 ? 2 : Math.min(4, ...steps));
}
