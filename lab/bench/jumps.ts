// Bench: how much of their prompts the first keys on another line find in the KV cache, with the cursor resting before them (the prompt is read
// ahead) and without; then Enter at the end of a line, and one line down. Files of this repository, retrieval as in the product. Shares are of
// tokens of packed prompts; then the embedded model runs some for timing. Goal: ≥ 95 % of a prompt's tokens after a rest. Ends with one JSON line
// on stdout.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { GenerateResult } from "../../server/host/protocol/messages.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import { RestWarming } from "../../src/completion/requests/restWarming.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import type { Sources } from "../../src/context/sources/sources.ts";
import type { CompletionModel, FolderModel } from "../../src/model/completionModel.ts";
import { cachedWorkspace } from "../../src/workspace/cachedWorkspace.ts";
import { Documents, type OpenDocument } from "../../src/workspace/documents.ts";
import { packingModel } from "../../test/support/packingModel.ts";
import { machine, quantile } from "./support/reporting.ts";
import { openRepository, pressKey } from "./support/typing.ts";

const FILES = [
  "src/completion/complete.ts",
  "src/index/reader.ts",
  "server/engine/prompt/packPrompt.ts",
  "src/workspace/documents.ts",
];
const KEYS = " = c"; // typed at the end of a line
const SLOTS = 4; // prompts that the cache keeps
const MODEL_JUMPS = 2; // in each file, with the model

const { values } = parseArgs({ options: { peer: { type: "boolean" }, threads: { type: "string" } } });
const threads = values.threads === undefined ? undefined : Number(values.threads);
const { root, parsers, workspace, index } = await openRepository();
const never = new AbortController().signal;

/** A file as an editor has it, with a model whose requests are noted. */
class Editor {
  readonly documents: Documents;
  readonly document: OpenDocument;
  readonly requests: (GenerateResult["tokens"] & { ms: number })[] = [];
  readonly #warming: RestWarming;
  readonly #model: FolderModel;
  readonly #sources: Sources = { workspace: cachedWorkspace(workspace), index, patienceMs: 10_000 };

  constructor(file: string, model: CompletionModel) {
    const uri = pathToFileURL(path.join(root, file)).href;
    this.documents = new Documents({ parsers, relativePath: () => file });
    const text = readFileSync(path.join(root, file), "utf8");
    this.document = this.documents.open({ uri, languageId: "typescript", version: 1, text });
    this.#model = {
      key: "",
      inspect: (prompt) => model.inspect(prompt),
      generate: async (params, onText, signal) => {
        const startMs = performance.now();
        const result = await model.generate(params, onText, signal);
        this.requests.push({ ...result.tokens, ms: performance.now() - startMs });
        this.#warming.prompted(params.prompt, this.#model.key);
        return result;
      },
      warm: async (params, signal) => {
        if (!model.warm) throw new Error("this model reads nothing ahead");
        return model.warm(params, signal);
      },
    };
    this.#warming = new RestWarming({
      depsFor: () => ({ model: this.#model, sources: this.#sources }),
      onOutcome: (outcome) => {
        if (outcome.kind === "none" && outcome.error) throw outcome.error;
      },
    });
  }

  endOf(line: number): number {
    const { text } = this.document;
    return text.offsetAt({ line: line + 1, character: 0 }) - 1;
  }

  rest(line: number): Promise<void> {
    return this.#warming.rested({ document: this.document, offset: this.endOf(line) });
  }

  /** A request with the cursor at the end of a line, as if somebody had asked. @returns whether the model was asked */
  async ask(offset: number): Promise<boolean> {
    const before = this.requests.length;
    await complete(
      { document: this.document, offset, explicit: false, filter: true, maxTokens: 4 },
      { model: this.#model, sources: this.#sources, cache: new CompletionCache(), settings: defaultCompletionSettings },
      never,
    );
    return this.requests.length > before;
  }

  async type(at: number, text: string): Promise<void> {
    pressKey(this.documents, this.document, { at, insert: text, cursor: at + text.length });
    await this.ask(at + text.length);
  }
}

interface Figures {
  shares: number[]; // cached of a prompt's tokens
  read: number[]; // tokens that were not cached
  ms: number[];
}
const figuresOf = (): Figures => ({ shares: [], read: [], ms: [] });
function note(into: Figures, { prompt, cached, ms }: Editor["requests"][number]): void {
  into.shares.push(cached / prompt);
  into.read.push(prompt - cached);
  into.ms.push(ms);
}

/** Lines to jump to, far from each other in turn: the n-th of the first half, then the n-th of the second. */
function targets({ document }: Editor, count: number): number[] {
  const lines = document.text.getText().split("\n");
  const half = Math.floor(lines.length / 2);
  const step = Math.max(1, Math.floor(half / Math.ceil(count / 2)));
  const wanted = Array.from({ length: count }, (_, i) => (i % 2) * half + Math.floor(i / 2) * step + (step >> 1));
  return wanted.map((line) => {
    let at = line;
    while (!/^\s+[\w.]+.*\w;$/.test(lines[at] ?? "") && at < lines.length) at++; // a statement
    return at;
  });
}

/** Jumps from line to line, each time typing a few keys. */
async function jump(model: CompletionModel, count: number, rests: boolean, first: Figures, later: Figures) {
  for (const file of FILES) {
    const editor = new Editor(file, model);
    for (const [i, line] of targets(editor, count).entries()) {
      if (line >= editor.document.text.lineCount - 1) continue;
      if (rests) await editor.rest(line);
      for (const [key, character] of [...KEYS].entries()) {
        const before = editor.requests.length;
        await editor.type(editor.endOf(line), character);
        const request = editor.requests[before];
        if (request && i > 0) note(key === 0 ? first : later, request);
      }
    }
  }
}

/** From a request at the end of a line to the next at another place. */
async function step(move: (editor: Editor, line: number) => Promise<boolean>): Promise<Figures> {
  const figures = figuresOf();
  for (const file of FILES) {
    const editor = new Editor(file, packingModel(1));
    for (let line = 20; line < editor.document.text.lineCount - 20; line += 7) {
      if (!(await editor.ask(editor.endOf(line))) || !(await move(editor, line))) continue;
      note(figures, editor.requests.at(-1)!);
    }
  }
  return figures;
}

async function enter(editor: Editor, line: number): Promise<boolean> {
  const before = editor.requests.length;
  await editor.type(editor.endOf(line), "\n    ");
  return editor.requests.length > before;
}

const shown = ({ shares, read }: Figures) => ({
  prompts: shares.length,
  cachedShare: Number((1 - sum(read) / sum(read.map((tokens, i) => tokens / (1 - shares[i]! || 1)))).toFixed(4)),
  shareP50:
    Math.round(
      quantile(
        shares.map((share) => share * 1_000),
        0.5,
      ),
    ) / 1_000,
  shareP5:
    Math.round(
      quantile(
        shares.map((share) => share * 1_000),
        0.05,
      ),
    ) / 1_000,
  readTokensP50: quantile(read, 0.5),
  readTokensP95: quantile(read, 0.95),
});
const timed = (figures: Figures) => ({
  ...shown(figures),
  p50Ms: quantile(figures.ms, 0.5),
  p95Ms: quantile(figures.ms, 0.95),
});
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const packed: Record<string, object> = {};
for (const rests of [true, false]) {
  const [first, later] = [figuresOf(), figuresOf()];
  await jump(packingModel(SLOTS), 12, rests, first, later);
  packed[rests ? "rested" : "unrested"] = { firstKey: shown(first), laterKeys: shown(later) };
}
packed.enter = shown(await step(enter));
for (const lines of [1, 4]) {
  packed[`down${lines}`] = shown(await step((editor, line) => editor.ask(editor.endOf(line + lines))));
}
process.stderr.write(`${JSON.stringify(packed)}\n`);

const model = await LocalModel.load({
  source: { modelDir: embeddedModelDir() },
  device: { cacheDir: defaultCacheDir(), threads },
});
const run: Record<string, object> = {};
for (const rests of [true, false]) {
  const [first, later] = [figuresOf(), figuresOf()];
  await jump(model, MODEL_JUMPS, rests, first, later);
  run[rests ? "rested" : "unrested"] = { firstKey: timed(first), laterKeys: timed(later) };
}
model.dispose();
process.stdout.write(`${JSON.stringify({ name: "jumps", packed, run, machine: machine(model.status().device) })}\n`);
