// Completes a few places of the sample workspace in the terminal, with the same code as the editor has but in this process, with timings: by the
// strong model where it is there, else by the quick one.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type CliModel, loadLocalModel } from "../../cli/model.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { type CompletionDeps, complete } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";

interface TourStop {
  file: string;
  languageId: string;
  /** The cursor stands after the first of these; the rest of its line is taken away and left to the model. */
  after: string;
}

const places: TourStop[] = [
  {
    file: "src/money.ts",
    languageId: "typescript",
    after: "subtract(a: Money, b: Money): Money {\n  requireSameCurrency(a, b);\n  return ",
  },
  { file: "src/stock.js", languageId: "javascript", after: "if (quantity <= LOW_STOCK) {\n        " },
  { file: "tools/sales.py", languageId: "python", after: '"quantity": ' },
];

/** Nothing is in memory yet, and nobody types meanwhile: context and model may take longer than a keystroke's. */
const PATIENCE_MS = 5_000;
const DEADLINE_MS = 15_000;

const loadModel = (): Promise<CliModel> => loadLocalModel({ id: "auto", threads: undefined });

/** Prints each place with what the model writes there and how long that takes. @throws UserError when the model cannot run */
export async function tour(workspaceDir: string, print: (line: string) => void, load = loadModel): Promise<void> {
  const model = await load();
  try {
    const { model: id, device, runtime, loadMs, fallbackReason } = model.status();
    print(`${id} on ${device} (${runtime}), loaded in ${((loadMs ?? 0) / 1000).toFixed(2)} s`);
    if (fallbackReason) print(fallbackReason);
    const parsers = await createParsers();
    const deps: CompletionDeps = {
      model,
      writing: { id, tier: model.tier },
      cache: new CompletionCache(),
      sources: { workspace: folderWorkspace(workspaceDir), patienceMs: PATIENCE_MS },
      settings: { ...defaultCompletionSettings, deadlineMs: DEADLINE_MS },
    };
    for (const { file, languageId, after } of places) {
      const whole = readFileSync(path.join(workspaceDir, file), "utf8");
      const offset = whole.indexOf(after) + after.length;
      const lineEnd = whole.indexOf("\n", offset);
      const text = whole.slice(0, offset) + whole.slice(lineEnd);
      const uri = pathToFileURL(path.join(workspaceDir, file)).href;
      await prepareQueries(parsers, languageId); // else the time for context would go to them
      const document = openDocument({ uri, path: file, languageId, text }, parsers);
      const start = performance.now();
      const result = await complete(
        { document, offset, explicit: false, filter: true },
        deps,
        new AbortController().signal,
      );
      const ms = Math.round(performance.now() - start);
      const before = whole.slice(0, offset).split("\n");
      const written = before.filter((line) => line.trim() !== "").at(-1) ?? "";
      const { outcome } = result;
      const shown = outcome.kind === "shown" ? outcome.items[0].text : `(nothing: ${outcome.reason})`;
      const { prompt = 0, generated = 0 } = result.kind === "generated" ? result.generation.tokens : {};
      print(`${file}:${before.length}  ${ms} ms, ${prompt} tokens read, ${generated} written`);
      print(`    before the cursor  ${written.trim()}`);
      print(`    Sotto              ${shown.replaceAll("\n", "\n                       ")}`);
      print(`    its author         ${whole.slice(offset, lineEnd)}`);
    }
  } finally {
    model.dispose();
  }
}
