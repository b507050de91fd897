// Pyright's language server, where the workspace has it installed: what types tell of a Python file, as it would be with changes. Asked as a tool of
// the person's own, in trusted workspaces only, within a time; never installed, and writes nothing into the workspace.

import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { z } from "zod";
import type { Problem } from "../../../typescript/problems.ts";
import { lineStartsOf } from "../../../workspace/chunks.ts";
import { type PythonTypes, programOf, TYPES_CODE } from "./pythonTypes.ts";

/** How long one check may take, in milliseconds; the first one of a folder reads what is imported. */
const CHECK_MS = 20_000;
/** A server that nobody asks for so long is ended. */
const IDLE_MS = 300_000;
const NAMES = ["pyright-langserver", "basedpyright-langserver"];
const MOST_MEMBERS = 2_000;

const position = z.object({ line: z.int().min(0), character: z.int().min(0) });
const published = z.object({
  uri: z.string(),
  version: z.int().optional(),
  diagnostics: z.array(
    z.object({
      range: z.object({ start: position, end: position }),
      severity: z.int().optional(),
      code: z.union([z.string(), z.number()]).optional(),
      message: z.string(),
    }),
  ),
});
type Published = z.infer<typeof published>;
const completions = z
  .union([
    z.object({ items: z.array(z.object({ label: z.string() })) }),
    z.array(z.object({ label: z.string() })),
    z.null(),
  ])
  .transform((found) => (found === null ? [] : "items" in found ? found.items : found).map(({ label }) => label));

/** What another environment would know: no edit of the file mends it. */
const UNINSTALLED = /^reportMissing(?:Imports|ModuleSource|TypeStubs)$|^reportAttributeAccessIssue$/;
const IS_IMPORT = /is unknown import symbol|could not be resolved/;

export class Pyright implements PythonTypes {
  readonly program: string;
  readonly #root: string;
  readonly #log: (line: string) => void;
  readonly #checkMs: number;
  #running: { child: ChildProcess; connection: MessageConnection; ready: Promise<unknown> } | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isSetAside = false;
  readonly #versions = new Map<string, number>(); // of the open documents, by their addresses
  readonly #waiting = new Map<string, (found: Published) => void>(); // by the address
  #turn: Promise<unknown> = Promise.resolve();

  constructor(program: string, root: string, log: (line: string) => void, checkMs: number = CHECK_MS) {
    this.program = program;
    this.#root = root;
    this.#log = log;
    this.#checkMs = checkMs;
    process.once("exit", () => this.#running?.child.kill());
  }

  /** The errors of a file with this text; undefined where pyright says nothing that can be used, which the log has once. */
  problems(file: string, text: string): Promise<Problem[] | undefined> {
    return this.#inTurn(async () => {
      const uri = pathToFileURL(file).href;
      const { diagnostics } = await this.#published(uri, text);
      return problemsIn(diagnostics, text);
    });
  }

  /** The members, or names, that may stand at a place of the text. */
  async namesAt(file: string, text: string, offset: number): Promise<string[]> {
    const found = await this.#inTurn(async () => {
      const uri = pathToFileURL(file).href;
      await this.#published(uri, text);
      const before = text.slice(0, offset).split("\n");
      const at = { line: before.length - 1, character: before.at(-1)!.length };
      const { connection } = this.#running!;
      return completions.parse(
        await connection.sendRequest("textDocument/completion", { textDocument: { uri }, position: at }),
      );
    });
    return (found ?? []).slice(0, MOST_MEMBERS);
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#running?.connection.dispose();
    this.#running?.child.kill();
    this.#running = undefined;
    this.#versions.clear();
  }

  /** One question after the other, within the time; a server that fails is set aside. */
  #inTurn<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const turn = this.#turn.then(async () => {
      if (this.#isSetAside) return undefined;
      clearTimeout(this.#idle);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it took longer than ${this.#checkMs / 1000} s`)), this.#checkMs);
      });
      try {
        return await Promise.race([ask(), late]);
      } catch (error) {
        this.#isSetAside = true;
        this.#log(`${this.program} is not asked again: ${(error as Error).message}.`);
        this.dispose();
        return undefined;
      } finally {
        clearTimeout(timer);
        this.#idle = setTimeout(() => this.dispose(), IDLE_MS);
        this.#idle.unref();
      }
    });
    this.#turn = turn;
    return turn;
  }

  /** What the server says of a document with this text. */
  async #published(uri: string, text: string): Promise<Published> {
    const { connection, ready } = (this.#running ??= this.#start());
    await ready;
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    const said = new Promise<Published>((resolve) => {
      this.#waiting.set(uri, (found) => {
        if (found.version === version) resolve(found);
      });
    });
    const ended = new Promise<never>((_, reject) => {
      this.#running!.child.once("exit", () => reject(new Error("its server has ended")));
    });
    if (version === 1)
      await connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri, languageId: "python", version, text },
      });
    else
      await connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    return Promise.race([said, ended]);
  }

  #start() {
    const child = spawn(this.program, ["--stdio"], {
      cwd: this.#root,
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    });
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    failed.catch(() => {});
    child.stdin.on("error", () => {});
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.onError(() => {});
    connection.onNotification("textDocument/publishDiagnostics", (params: unknown) => {
      const { data } = published.safeParse(params);
      if (data) this.#waiting.get(data.uri)?.(data);
    });
    connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => null));
    connection.onRequest("client/registerCapability", () => null);
    connection.onRequest("window/workDoneProgress/create", () => null);
    connection.listen();
    const root = pathToFileURL(this.#root).href;
    const asked = connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: root,
      workspaceFolders: [{ uri: root, name: path.basename(this.#root) }],
      capabilities: {
        textDocument: { publishDiagnostics: { versionSupport: true } },
        workspace: { configuration: true, workspaceFolders: true },
      },
    });
    const ready = Promise.race([asked, failed]).then(() => connection.sendNotification("initialized", {}));
    return { child, connection, ready };
  }
}

/** @returns the path of the server: of the workspace's own environment, otherwise of the PATH; undefined where none is installed */
export const pyrightOf = (root: string, environmentPath?: string): string | undefined =>
  NAMES.map((name) => programOf(name, root, environmentPath)).find((program) => program !== undefined);

function problemsIn(diagnostics: Published["diagnostics"], text: string): Problem[] {
  const starts = lineStartsOf(text);
  const at = ({ line, character }: z.infer<typeof position>) =>
    Math.min(text.length, (starts[line] ?? text.length) + character);
  return diagnostics.flatMap(({ range, severity, code, message }): Problem[] => {
    const isForeign =
      UNINSTALLED.test(String(code)) && (IS_IMPORT.test(message) || String(code).startsWith("reportMissing"));
    if (severity !== 1 || isForeign) return [];
    const isSyntax = code === undefined;
    return [{ start: at(range.start), end: at(range.end), code: TYPES_CODE, message, isSyntax }];
  });
}
