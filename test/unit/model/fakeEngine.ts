// A server's model that answers what a test says. Not a test.

import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { FolderModel, ModelCall } from "../../../src/model/completionModel.ts";
import type { EngineClient } from "../../../src/model/engine/engine.ts";

export const written = (text: string, more: Partial<GenerateResult> = {}): GenerateResult => ({
  text,
  stop: "endOfText",
  tokens: { prompt: 10, cached: 0, generated: 3 },
  timingMs: { queue: 0, prefill: 0, decode: 0 },
  logProbs: [],
  tokenEnds: [],
  ...more,
});

type Answer = (params: ModelCall, onText: (text: string) => void, signal: AbortSignal) => Promise<GenerateResult>;

export interface FakeEngine extends EngineClient {
  calls: ModelCall[];
  warmed: number;
  isDisposed: boolean;
  answer: Answer;
}

/** @param answer how a call is answered; may be changed later */
export function fakeEngine(answer: Answer, kind: EngineClient["engine"]["kind"] = "llamacpp"): FakeEngine {
  const engine: FakeEngine = {
    id: "coder:7b",
    engine: { kind, url: "http://127.0.0.1:8080", models: [] },
    contextTokens: 4_096,
    calls: [],
    warmed: 0,
    isDisposed: false,
    answer,
    generate(params, onText, signal) {
      engine.calls.push(params);
      return engine.answer(params, onText, signal);
    },
    async warm() {
      engine.warmed++;
      return { stop: "done", tokens: { prompt: 0, cached: 0 }, ms: 0 };
    },
    inspect: async () => ({ pieces: [], dropped: [], prompt: "theirs", tokens: 1 }),
    traffic: () => ({ requests: engine.calls.length, bytesSent: 100 * engine.calls.length, bytesReceived: 10 }),
    dispose: () => {
      engine.isDisposed = true;
    },
  };
  return engine;
}

/** The local model: writes "local". */
export function localModel(): FolderModel & { calls: ModelCall[] } {
  const calls: ModelCall[] = [];
  return {
    key: "own",
    calls,
    async generate(params, onText) {
      calls.push(params);
      onText("local");
      return written("local", { model: "quick" });
    },
    inspect: async () => ({ pieces: [], dropped: [], prompt: "own", tokens: 1 }),
  };
}

export const call: ModelCall = {
  prompt: { path: "a.ts", languageId: "typescript", prefix: "const a = ", suffix: "", pieces: [] },
  maxTokens: 48,
  sampling: { temperature: 0 },
  stop: ["\n"],
  deadlineMs: 15_000,
};
