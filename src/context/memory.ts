// What retrieval remembers of a folder between requests: files as they were read, resolved modules, the pieces chosen for each document, and
// redacted texts. Decides nothing.

import { type Redaction, redactSecrets } from "../../common/rules/redactSecrets.ts";
import { remembered } from "../../common/util/remembered.ts";
import { ModuleResolver } from "../modules/resolveModule.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { FileFacts, FileFactsCache } from "../workspace/fileFacts.ts";
import { inTime } from "./inTime.ts";
import { Selection } from "./rank/selection.ts";
import type { RetrievalPlace } from "./retrievers/retriever.ts";
import type { Sources } from "./sources/sources.ts";

const MAX_DOCUMENTS = 50;
const MAX_REDACTIONS = 500;

export class Memory {
  readonly files: FileFactsCache;
  readonly resolver: ModuleResolver;
  readonly #documents = new Map<string, DocumentMemory>(); // by URI, in the order of use
  readonly #redactions = new Map<string, Redaction>(); // by text, in the order of use

  constructor(sources: Sources, document: OpenDocument) {
    this.files = new FileFactsCache(document.parsers);
    this.resolver = new ModuleResolver(sources.workspace, () => sources.index);
  }

  documentOf(uri: string): DocumentMemory {
    return remembered(this.#documents, uri, MAX_DOCUMENTS, () => new DocumentMemory());
  }

  redact(text: string): Redaction {
    return remembered(this.#redactions, text, MAX_REDACTIONS, redactSecrets);
  }
}

export class DocumentMemory {
  readonly selection = new Selection();
  #own: { facts: FileFacts; line: number; lines: number; parsed: boolean } | undefined;
  #outlining: { version: number; done: Promise<void> } | undefined;

  /**
   * The facts of the document itself. While a person types in a line, they stay as they were when the cursor came there: the parts outside of the
   * prompt have not changed, and outlining a long file again takes longer than a keystroke.
   * @param late when it fires, a file that is still being outlined has no declarations; the outline goes on for the next request
   */
  async ownFacts(place: RetrievalPlace, late?: AbortSignal): Promise<FileFacts> {
    const { document, line, path, text } = place;
    const { version } = document;
    const lines = document.text.lineCount;
    const parsed = document.tree !== undefined;
    const isCurrent = () => this.#own?.line === line && this.#own.lines === lines && (!parsed || this.#own.parsed);
    if (!isCurrent() && this.#outlining?.version !== version) {
      const done = FileFacts.ofDocument(document).then((facts) => {
        if (facts) this.#own = { facts, line, lines, parsed };
        this.#outlining = undefined;
      });
      this.#outlining = { version, done };
    }
    if (this.#outlining && !isCurrent()) await (late ? inTime(this.#outlining.done, late) : this.#outlining.done);
    return this.#own && isCurrent() ? this.#own.facts : new FileFacts(path, text, undefined);
  }
}

const memories = new WeakMap<Sources, Memory>();

export function memoryOf(sources: Sources, document: OpenDocument): Memory {
  let memory = memories.get(sources);
  if (!memory) memories.set(sources, (memory = new Memory(sources, document)));
  return memory;
}
