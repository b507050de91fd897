// The report of a fine-tuning in a panel of its own. The page is shown as it is and is inert: no scripts, no forms, nothing loaded.

import { readFile, stat } from "node:fs/promises";
import * as vscode from "vscode";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";
const MOST_BYTES = 8_000_000;

/** @throws Error where the page cannot be read */
export async function showReport(file: string, name: string): Promise<void> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) throw new Error(`the report ${file} has ${size} bytes, which is no report of ours`);
  const page = await readFile(file, "utf8");
  const panel = vscode.window.createWebviewPanel("sotto.report", `Fine-tuning: ${name}`, vscode.ViewColumn.Active, {
    enableScripts: false,
    enableForms: false,
    enableCommandUris: false,
    enableFindWidget: true,
    localResourceRoots: [],
  });
  panel.webview.html = withPolicy(page);
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
