// "Report a Problem": a document with what is known about this installation, for the person to read and to file. Nothing is sent. The last request
// is code, so it is asked for apart, and saved only where the person says so.

import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { readCapped, UNREAD } from "../../common/util/cappedRead.ts";
import { problemReport } from "../config/problemReport.ts";
import { AgentMethod, type RecordingAnswer } from "../protocol/messages.ts";
import { runChildCli } from "./childCli.ts";
import type { Configuration } from "./configuration.ts";
import type { AgentClient } from "./languageClient.ts";

const DOCTOR_LIMIT_MS = 120_000;
const MOST_LOG_BYTES = 50_000_000;

const QUESTION = "Save the last request beside the report, so that it can be run again exactly?";
const DETAIL =
  "It holds the prompt and the answer: code of this workspace, with secrets that are recognised taken out. It is a file on this machine; " +
  "you decide whether you add it to your report.";
const SAVE = "Save the Request…";

export interface ReportCommandOptions {
  agent: AgentClient;
  configuration: Configuration;
  context: vscode.ExtensionContext;
}

export class ReportCommand {
  readonly #options: ReportCommandOptions;

  constructor(options: ReportCommandOptions) {
    this.#options = options;
  }

  async make(): Promise<void> {
    const content = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: "Sotto: gathering a report", cancellable: true },
      (_progress, token) => this.#report(token),
    );
    if (content === undefined) return;
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document, { preview: false });
    await this.#offerRequest();
  }

  /** @returns undefined where the person has cancelled it */
  async #report(token: vscode.CancellationToken): Promise<string | undefined> {
    const { configuration, context, agent } = this.#options;
    const { packageJSON } = context.extension;
    const [doctor, log] = await Promise.all([this.#doctor(token), this.#log()]);
    if (token.isCancellationRequested) return undefined;
    const { model, device, runtime } = agent.model;
    return problemReport({
      versions: {
        Sotto: packageJSON.version,
        editor: `${vscode.env.appName} ${vscode.version}`,
        system: `${os.platform()} ${os.release()} ${os.arch()}`,
        Node: process.version,
        model: model === undefined ? "none loaded" : `${model} on ${device}, ${runtime}`,
      },
      settings: { ...configuration.settings },
      doctor,
      log,
      bugs: packageJSON.bugs?.url ?? packageJSON.repository?.url,
      home: os.homedir(),
    });
  }

  /** What `sotto doctor` says; or why there is nothing. */
  async #doctor(token: vscode.CancellationToken): Promise<string> {
    const { agent, context } = this.#options;
    const ending = new AbortController();
    token.onCancellationRequested(() => ending.abort());
    const own = { extensionPath: context.extensionPath, node: agent.node, limitMs: DOCTOR_LIMIT_MS };
    const { stdout, stderr, failure } = await runChildCli({ ...own, signal: ending.signal }, ["doctor"]);
    return [stdout.trimEnd(), failure && `It did not end well (${failure}): ${stderr}`].filter(Boolean).join("\n");
  }

  /** The text of the output channel, which the editor keeps in a file. */
  async #log(): Promise<string> {
    const read = await readCapped(path.join(this.#options.context.logUri.fsPath, "Sotto.log"), MOST_LOG_BYTES);
    return "bytes" in read ? read.bytes.toString("utf8") : `There is no log: ${UNREAD[read.unread]}.`;
  }

  async #offerRequest(): Promise<void> {
    const { text } = await this.#options.agent
      .request<RecordingAnswer>(AgentMethod.recording)
      .catch(() => ({ text: undefined }));
    if (text === undefined) return; // no model of this machine has answered in this window: there is nothing to ask about
    const picked = await vscode.window.showInformationMessage(QUESTION, { modal: true, detail: DETAIL }, SAVE);
    if (picked !== SAVE) return;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(os.homedir());
    const file = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(folder, "sotto-request.json"),
      filters: { JSON: ["json"] },
      title: "Save the last request",
    });
    if (file) await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  }
}
