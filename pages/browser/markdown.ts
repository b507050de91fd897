// A page as Markdown: its headings, sentences, lists and tables; of each chart its numbers, since a picture is no text.

export function markdownOf(element: Element): string {
  return `${blocks(element)
    .filter((block) => block !== "")
    .join("\n\n")}\n`;
}

function blocks(parent: Element): string[] {
  return [...parent.children].flatMap((child): string[] => {
    if (child.matches(".controls, button, .readout, svg, .legend")) return [];
    const heading = /^H([1-6])$/.exec(child.tagName)?.[1];
    if (heading) return [`${"#".repeat(Number(heading))} ${flowing(child)}`];
    switch (child.tagName) {
      case "FIGCAPTION":
        return [`**${flowing(child)}**`];
      case "SUMMARY":
        return child.closest("figure") ? [] : [`**${flowing(child)}**`];
      case "P":
        return [flowing(child)];
      case "PRE":
        return [`~~~\n${child.textContent}\n~~~`];
      case "UL":
      case "OL":
        return [[...child.children].map((item) => `- ${flowing(item)}`).join("\n")];
      case "DL":
        return [[...child.children].map((item) => `- ${[...item.children].map(flowing).join(": ")}`).join("\n")];
      case "TABLE":
        return [tableText(child as HTMLTableElement)];
    }
    return child.children.length > 0 && !isInline(child) ? blocks(child) : [flowing(child)];
  });
}

/** Whether an element holds a sentence with marked words, and no blocks. */
const isInline = (element: Element): boolean =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "");

const flowing = (element: Element): string => (element.textContent ?? "").replace(/\s+/g, " ").trim();

function tableText(table: HTMLTableElement): string {
  const rows = [...table.rows].map(({ cells }) => [...cells].map((cell) => flowing(cell).replaceAll("|", "\\|")));
  if (rows.length === 0) return "";
  const caption = table.caption && !table.closest("figure") ? `**${flowing(table.caption)}**\n\n` : "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const width = Math.max(...rows.map((cells) => cells.length));
  const whole = rows.map((cells) => [...cells, ...Array<string>(width - cells.length).fill("")]);
  return caption + [line(whole[0]), line(whole[0].map(() => "---")), ...whole.slice(1).map(line)].join("\n");
}
