// Pages in panels: one panel for each kind of page. Does what every page may ask (open a file, copy, save), and hands the rest to whoever opened it.
// Makes no page itself.

import path from "node:path";
import * as vscode from "vscode";
import type { PageMessage, UpdateMessage } from "../../pages/messages.ts";
import { filePage, newNonce, type PageContent, webviewPage } from "../../pages/page.ts";

export interface PageOptions {
  kind: string; // one panel for each: a second one of its kind takes its place
  content: PageContent;
  folder?: vscode.Uri; // which paths on the page are relative to
  /** What the page asks besides what every page may. */
  onMessage?(message: { kind: string } & Record<string, unknown>): void | Promise<void>;
}

export interface OpenPage {
  /** Shows something else, and keeps what is unfolded and in focus. */
  update(content: PageContent): void;
  readonly closed: Promise<void>;
}

const MOST_SAVED_BYTES = 30_000_000;
const panels = new Map<string, vscode.WebviewPanel>();

/** Opens a page beside what is edited, in the panel of its kind. */
export function openPage({ kind, content, folder, onMessage }: PageOptions): OpenPage {
  panels.get(kind)?.dispose();
  const panel = newPanel(kind, content.title, true);
  let shown = content;
  panel.webview.onDidReceiveMessage(async (message: PageMessage) => {
    try {
      if (!(await doCommon(message, shown, folder))) await onMessage?.(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(`Sotto: ${reason}`);
    }
  });
  panel.webview.html = webviewPage(content, { nonce: newNonce(), cspSource: panel.webview.cspSource });
  return {
    update(next) {
      shown = next;
      panel.title = next.title;
      const message: UpdateMessage = { kind: "update", body: next.body, data: next.data };
      void panel.webview.postMessage(message);
    },
    closed: new Promise((resolve) => panel.onDidDispose(resolve)),
  };
}

/** Shows a finished page, which runs nothing. */
export function openInertPage(kind: string, title: string, page: string): void {
  newPanel(kind, title, false).webview.html = page;
}

function newPanel(kind: string, title: string, enableScripts: boolean): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(`sotto.${kind}`, title, vscode.ViewColumn.Active, {
    enableScripts,
    enableForms: false,
    enableCommandUris: false,
    enableFindWidget: true,
    localResourceRoots: [],
  });
  panels.set(kind, panel);
  panel.onDidDispose(() => {
    if (panels.get(kind) === panel) panels.delete(kind);
  });
  return panel;
}

/** @returns false for a message of the page's own. @throws Error that the person is told */
async function doCommon(message: PageMessage, content: PageContent, folder?: vscode.Uri): Promise<boolean> {
  switch (message.kind) {
    case "open": {
      const isWhole = path.isAbsolute(message.path);
      const uri = isWhole || !folder ? vscode.Uri.file(message.path) : vscode.Uri.joinPath(folder, message.path);
      const at = new vscode.Position(Math.max(0, message.line - 1), 0);
      await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
      return true;
    }
    case "copy":
      await vscode.env.clipboard.writeText(message.text);
      return true;
    case "savePage":
      await save("sotto.html", Buffer.from(filePage(content)));
      return true;
    case "save":
      await save(path.basename(message.name), Buffer.from(message.base64, "base64"));
      return true;
    default:
      return false;
  }
}

async function save(name: string, bytes: Uint8Array): Promise<void> {
  if (bytes.length > MOST_SAVED_BYTES) throw new Error(`${name} is too large to save: ${bytes.length} bytes`);
  const start = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({ defaultUri: start && vscode.Uri.joinPath(start, name) });
  if (uri) await vscode.workspace.fs.writeFile(uri, bytes);
}
