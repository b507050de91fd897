// A page of facts as Markdown, with links to the places: for the command line. Pure.

import { type FactLine, type FactPage, labelOf, type Part } from "./factPage.ts";

export function markdownOf({ title, path, lead, sections, notes }: FactPage): string {
  const told = [...sections, { title: "What this does not tell", lines: notes.map((note) => ({ parts: [note] })) }];
  const parts = [`# ${title}`, lead.map(({ parts: words }) => inText(words, path)).join("\n\n")];
  for (const section of told)
    if (section.lines.length > 0) parts.push(`## ${section.title}\n\n${listed(section.lines, "", path).join("\n")}`);
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const listed = (lines: readonly FactLine[], indent: string, path: string): string[] =>
  lines.flatMap(({ parts, inner = [] }) => [
    `${indent}- ${inText(parts, path)}`,
    ...listed(inner, `${indent}  `, path),
  ]);

const inText = (parts: readonly Part[], path: string): string => parts.map((part) => textOf(part, path)).join("");

function textOf(part: Part, path: string): string {
  if (typeof part === "string") return part;
  if ("code" in part) return fenced(part.code);
  const target = part.path.split("/").map(encodeURIComponent).join("/");
  return `[${labelOf(part, path)}](${target}#L${part.line})`;
}

/** Code in as many backticks as it needs. */
function fenced(code: string): string {
  const longest = Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${code}${fence}` : `${fence} ${code} ${fence}`;
}
