// The agent's side of the model host: typed calls over its socket, heartbeat, and the policy of starting it again.
// Must not load a model or know the editor.

import type {
  GenerateParams,
  GenerateResult,
  HostStatus,
  InspectResult,
  PromptInput,
} from "../../server/protocol/messages.ts";
import type { CompletionModel } from "./completionModel.ts";

/** "ready" only when the host answers and its model is loaded; "starting" covers the loading too. */
export type HostState = "stopped" | "starting" | "ready" | "failed";

export interface ModelClientStatus {
  state: HostState;
  pid?: number; // of the host, while connected
  host?: HostStatus; // what the host said last, while connected
  error?: { code: string; message: string; action: string }; // where state is "failed"
}

export interface ModelClientOptions {
  hostScript: string; // absolute path of dist/host.cjs
  nodePath?: string; // what runs it; default: this process's own executable as Node
  runtimeDir?: string; // where sockets lie; default: runtimeDir() of server/protocol
  log: (line: string) => void;
}

export class ModelClient implements CompletionModel {
  constructor(_options: ModelClientOptions) {
    throw new Error("not written yet");
  }
  /** Starts or finds the host in the background; never throws. */
  warm(): void {}
  status(): ModelClientStatus {
    throw new Error("not written yet");
  }
  /** Calls `listener` at every change of status; returns the function that ends it. */
  onStatus(_listener: (status: ModelClientStatus) => void): () => void {
    throw new Error("not written yet");
  }
  /** Ends the host (for all windows, which find the new one) and starts another; forgets past failures. */
  async restart(): Promise<void> {}
  /** @throws UserError modelLoading (deadline passed while loading), hostUnavailable, and what the host refuses with */
  async generate(
    _params: Omit<GenerateParams, "id">,
    _onText: (text: string) => void,
    _signal: AbortSignal,
  ): Promise<GenerateResult> {
    throw new Error("not written yet");
  }
  async inspect(_prompt: PromptInput): Promise<InspectResult> {
    throw new Error("not written yet");
  }
  /** Drops the connection; the host ends by itself after its last client. */
  dispose(): void {}
}
