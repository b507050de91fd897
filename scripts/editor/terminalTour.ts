// Completes a few places of the sample workspace in the terminal, with the same code as the editor has but in this process, with timings.

import { readFileSync } from "node:fs";
import path from "node:path";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { embeddedModelDir } from "../../server/models/catalog.ts";
import { LocalModel } from "../../server/rpc/localModel.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete, defaultCompletionSettings } from "../../src/completion/complete.ts";
import { openDocument } from "../../src/context/documents.ts";
import { folderWorkspace } from "../../src/context/workspace.ts";

interface Place {
  file: string;
  languageId: string;
  /** The cursor stands after the first of these; the rest of its line is taken away and left to the model. */
  after: string;
}

const places: Place[] = [
  {
    file: "src/money.ts",
    languageId: "typescript",
    after: "subtract(a: Money, b: Money): Money {\n  requireSameCurrency(a, b);\n  return ",
  },
  { file: "src/stock.js", languageId: "javascript", after: "if (quantity <= LOW_STOCK) {\n        " },
  { file: "tools/sales.py", languageId: "python", after: '"quantity": ' },
];

/** Prints each place with what the model writes there and how long that takes. @throws UserError when the model cannot run */
export async function tour(workspaceDir: string, print: (line: string) => void): Promise<void> {
  const model = await LocalModel.load({ modelDir: embeddedModelDir(), cacheDir: defaultCacheDir() });
  try {
    const { model: id, device, runtime, loadMs } = model.status();
    print(`${id} on ${device} (${runtime}), loaded in ${((loadMs ?? 0) / 1000).toFixed(2)} s`);
    const parsers = await createParsers();
    const workspace = folderWorkspace(workspaceDir);
    const deps = { model, cache: new CompletionCache(), workspace, settings: defaultCompletionSettings };
    for (const { file, languageId, after } of places) {
      const whole = readFileSync(path.join(workspaceDir, file), "utf8");
      const offset = whole.indexOf(after) + after.length;
      const lineEnd = whole.indexOf("\n", offset);
      const text = whole.slice(0, offset) + whole.slice(lineEnd);
      const document = openDocument({ uri: `sample:/${file}`, path: file, languageId, text }, parsers);
      const start = performance.now();
      const { outcome, generation } = await complete(
        { document, offset, explicit: false, filter: true },
        deps,
        new AbortController().signal,
      );
      const ms = Math.round(performance.now() - start);
      const before = whole.slice(0, offset).split("\n");
      const written = before.filter((line) => line.trim() !== "").at(-1) ?? "";
      const shown = outcome.kind === "shown" ? outcome.items[0].text : `(nothing: ${outcome.reason})`;
      const { prompt = 0, generated = 0 } = generation?.tokens ?? {};
      print(`${file}:${before.length}  ${ms} ms, ${prompt} tokens read, ${generated} written`);
      print(`    before the cursor  ${written.trim()}`);
      print(`    Sotto              ${shown.replaceAll("\n", "\n                       ")}`);
      print(`    its author         ${whole.slice(offset, lineEnd)}`);
    }
  } finally {
    model.dispose();
  }
}
