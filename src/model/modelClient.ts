// The agent's client of the model host: the host's model without an adapter, its state, and the same model with an adapter.
// Must not load a model or know the editor.

import { Cancelled } from "../../common/errors.ts";
import type {
  PrepareAdapterParams,
  PrepareAdapterResult,
  RememberParams,
  RememberResult,
} from "../../server/host/protocol/messages.ts";
import type { FolderModel } from "./completionModel.ts";
import { HostConnection, type HostConnectionOptions, type HostConnectionStatus } from "./hostConnection.ts";
import { HostModel, type HostModelOptions } from "./hostModel.ts";

export type ModelClientOptions = HostConnectionOptions;
export type ModelClientStatus = HostConnectionStatus;

export class ModelClient extends HostModel {
  readonly #connection: HostConnection;

  constructor(options: ModelClientOptions) {
    const connection = new HostConnection(options);
    super(connection);
    this.#connection = connection;
  }

  /** The model with an adapter. */
  withAdapter(options: HostModelOptions): FolderModel {
    return new HostModel(this.#connection, options);
  }

  /**
   * Lets the host load the model with a workspace's adapter, even if that has failed before. Resolves as soon as the model is ready.
   * @throws UserError why it cannot be loaded (adapterInvalid, adapterOfOtherBase, memoryTooSmall, …), hostUnavailable; Cancelled
   */
  async prepareAdapter(params: PrepareAdapterParams, signal: AbortSignal): Promise<PrepareAdapterResult> {
    const link = await this.#connection.link();
    if (signal.aborted) throw new Cancelled();
    return link.prepareAdapter(params, signal);
  }

  /**
   * Lets the host that is ready now remember files of a workspace.
   * @throws UserError modelLoading, hostUnavailable
   */
  async remember(params: RememberParams): Promise<RememberResult> {
    return this.#connection.readyLink().remember(params);
  }

  /** Finds or starts the host in the background; never throws. */
  wake(): void {
    this.#connection.wake();
  }

  status(): ModelClientStatus {
    return this.#connection.status();
  }

  /** Calls `listener` at every change of status; returns the function that unsubscribes it. */
  onStatus(listener: (status: ModelClientStatus) => void): () => void {
    return this.#connection.onStatus(listener);
  }

  /** Ends the host (for all windows, which find the new one) and starts another; forgets past failures. */
  restart(): Promise<void> {
    return this.#connection.restart();
  }

  /** Drops the connection; the host ends by itself after its last client. */
  dispose(): void {
    this.#connection.dispose();
  }
}
