// The report of a fine-tuning in a panel. It is a file that lies on the disk, so it is shown inert: no scripts, no forms, nothing loaded.

import { readFile, stat } from "node:fs/promises";
import { openInertPage } from "../pagePanel.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";
const MOST_BYTES = 8_000_000;

/** @throws Error where the page cannot be read */
export async function showReport(file: string, name: string): Promise<void> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) throw new Error(`the report ${file} has ${size} bytes, which is no report of ours`);
  openInertPage("report", `Fine-tuning: ${name}`, withPolicy(await readFile(file, "utf8")));
}

/** The policy comes before everything that it is to hold for. */
function withPolicy(page: string): string {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  const start = /^\s*<!doctype[^>]*>/i.exec(page)?.[0] ?? "<!doctype html>";
  const rest = page.startsWith(start) ? page.slice(start.length) : page;
  return /<head[^<>]*>/i.test(rest)
    ? start + rest.replace(/<head[^<>]*>/i, (head) => head + meta)
    : `${start}<head>${meta}</head>${rest}`;
}
