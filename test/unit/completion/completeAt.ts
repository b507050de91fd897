// `complete` at an offset of a text, with a scripted model: what the tests of the one path share. Not a test.

import { createParsers } from "../../../common/syntax/parsers.ts";
import { prepareQueries } from "../../../common/syntax/prepareQueries.ts";
import { CompletionCache } from "../../../src/completion/cache.ts";
import { type CompletionRequest, complete } from "../../../src/completion/complete.ts";
import type { CompletionSettings } from "../../../src/completion/settings.ts";
import type { Sources } from "../../../src/context/sources/sources.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

export const native = await createParsers("native");
await prepareQueries(native, "typescript"); // as opening a document does
export const never = new AbortController().signal;

export interface Options {
  languageId?: string;
  explicit?: boolean;
  filter?: boolean;
  selected?: CompletionRequest["selected"];
  model?: CompletionModel;
  sources?: Sources;
  settings?: CompletionSettings;
  cache?: CompletionCache;
  multiLine?: CompletionSettings["multiLine"];
  maxTokens?: number;
  signal?: AbortSignal;
}

const extension: Record<string, string> = {
  python: "py",
  javascript: "js",
  typescriptreact: "tsx",
  javascriptreact: "jsx",
};

export function at(text: string, offset: number, options: Options, writes: string) {
  const languageId = options.languageId ?? "typescript";
  const path = `a.${extension[languageId] ?? "ts"}`;
  const document = openDocument({ uri: `file:///w/${path}`, path, languageId, text }, native);
  const { explicit = false, filter = true, selected, maxTokens } = options;
  return complete(
    { document, offset, explicit, filter, selected, maxTokens },
    {
      model: options.model ?? scriptedModel(writes),
      cache: options.cache ?? new CompletionCache(),
      sources: options.sources,
      settings: options.settings ?? { ...looseSettings, multiLine: options.multiLine ?? "auto" },
    },
    options.signal ?? never,
  );
}
