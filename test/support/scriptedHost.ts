// The model host on a model that writes what the document says: the same process as server/main.ts with another loader. The last comment
// `writes "…"` of the prompt is what it writes, as a JSON string; `after N ms` before it lets it take its time.

import { setTimeout as sleep } from "node:timers/promises";
import { runHost } from "../../server/host/host.ts";
import type { LocalModel } from "../../server/host/localModel.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { fakeModel } from "./fakeModel.ts";

function scriptOf({ prefix }: PromptInput): { text: string; ms: number } {
  const found = [...prefix.matchAll(/(?:after (\d+) ms )?writes ("[^\n]*")$/gm)].at(-1);
  return { text: JSON.parse(found?.[2] ?? '""'), ms: Number(found?.[1] ?? 0) };
}

const ID = { model: "scripted" };
const fake = fakeModel((prompt) => scriptOf(prompt).text);

async function* load(): AsyncGenerator<LocalModel> {
  const model: Pick<LocalModel, "generate" | "warm" | "inspect" | "status" | "dispose"> = {
    async generate(params, onText, signal) {
      await sleep(scriptOf(params.prompt).ms, undefined, { signal }).catch(() => {}); // what nobody waits for is not read
      return { ...(await fake.generate(params, onText, signal)), ...ID };
    },
    warm: async () => ({ ...ID, stop: "done", tokens: { prompt: 1, cached: 0 }, ms: 0 }),
    inspect: async (prompt) => ({ ...(await fake.inspect(prompt)), ...ID }),
    status: () => ({ ...fake.status(), ...ID }),
    dispose() {},
  };
  yield model as LocalModel;
}

await runHost({ script: process.argv[1]!, served: { own: { id: ID.model, load } } });
