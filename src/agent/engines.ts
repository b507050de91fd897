// The agent's answers about engines elsewhere: which servers there are, what one of them is, and a person's wish to have one tried again. No code
// is sent here: servers are only asked what they are.

import { engineFailed } from "../../common/errors.ts";
import { originOf } from "../../common/util/engineAddress.ts";
import { identifyEngine } from "../../server/remote/identifyEngine.ts";
import type { FoundEngine } from "../../server/remote/types.ts";
import { EngineMethod, type EnginesAnswer, type IdentifyAnswer, type IdentifyParams } from "../protocol/engines.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

/** Where servers listen when nobody has told them otherwise: llama.cpp, its editor plugins, vLLM, Ollama, LM Studio, SGLang. */
const USUAL_PORTS: readonly number[] = [8080, 8012, 8000, 11_434, 1_234, 30_000];

/** How long a server on this machine has to answer, in milliseconds. */
const LOCAL_PATIENCE_MS = 500;

export const serveEngines: Feature = (connection, session) => {
  const answered = answering(connection, (reason) => engineFailed("that was asked", reason));
  const identify = async (url: string, signal: AbortSignal, timeoutMs?: number): Promise<FoundEngine> =>
    identifyEngine(url, { key: await session.engineKey(originOf(url)), signal, timeoutMs });

  connection.onRequest(
    EngineMethod.find,
    (_: object, token): Promise<EnginesAnswer> =>
      answered("engines", token, async (signal) => {
        const asked = USUAL_PORTS.map((port) => identify(`http://127.0.0.1:${port}`, signal, LOCAL_PATIENCE_MS));
        const answers = await Promise.allSettled(asked);
        return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      }),
  );
  connection.onRequest(
    EngineMethod.identify,
    ({ url }: IdentifyParams, token): Promise<IdentifyAnswer> =>
      answered("engine", token, (signal) => identify(url, signal)),
  );
  connection.onNotification(EngineMethod.tryAgain, () => session.engine.tryAgain());
};

/** Uses the engine that the configuration names. Before the first configuration counts, nothing is asked. */
export const serveEngineChoice: Feature = (_connection, session) => {
  const useConfigured = () => session.engine.configure(session.configuration);
  session.events.on("initialized", useConfigured);
  session.events.on("configured", useConfigured);
};
