// The indexer's entry: keeps the index of one workspace folder, at low priority, for the window that started it. Ends with that window,
// and at once where another process writes the index already. May be killed at any time.

import os from "node:os";
import { createParsers } from "../../common/syntax/parsers.ts";
import { Indexer } from "./indexer.ts";
import { type FromIndexer, INDEX_UNWRITABLE, type ToIndexer } from "./indexerMessages.ts";
import { problemOf } from "./schema.ts";
import { keepHeapSmall } from "./smallHeap.ts";

const LOW_PRIORITY = 10;

keepHeapSmall();
try {
  os.setPriority(LOW_PRIORITY);
} catch {
  // where that is not allowed it keeps its priority
}

let indexer: Promise<Indexer> | undefined;

process.on("disconnect", () => process.exit(0));
process.on("message", async (message: ToIndexer) => {
  if (message.kind === "open") {
    indexer = open(message);
    return;
  }
  const opened = await indexer;
  if (message.kind === "changed") opened?.changed(message.paths);
  else if (message.kind === "damaged") opened?.damaged(message.identity);
  else if (message.kind === "copies") opened?.keepCopies(message.on);
  else if (message.kind === "copiesDamaged") opened?.copiesDamaged();
  else opened?.setExclude(message.exclude);
});

async function open({ root, file, exclude, copies }: Extract<ToIndexer, { kind: "open" }>): Promise<Indexer> {
  const parsers = await createParsers();
  try {
    const opened = Indexer.open({ root, file, exclude, copies, parsers, log });
    return opened ?? process.exit(0);
  } catch (error) {
    log(`The index ${file} cannot be written: ${problemOf(error)}. Sotto goes on without it.`);
    return process.exit(INDEX_UNWRITABLE);
  }
}

function log(line: string): void {
  process.send?.({ kind: "said", message: line } satisfies FromIndexer);
}
