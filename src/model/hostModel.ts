// The model on the host, with no adapter or with a fixed one. Each call ends in time or with a reason.
// Gets the connection from hostConnection.ts, and does not know how a host is found.

import { badInput, Cancelled, modelLoading } from "../../common/errors.ts";
import type { AdapterDir } from "../../server/host/protocol/adapters.ts";
import { notRead, untold } from "../../server/host/protocol/emptyResults.ts";
import { REQUEST_LIMITS } from "../../server/host/protocol/limits.ts";
import type {
  GenerateParams,
  GenerateResult,
  InspectParams,
  InspectResult,
  LayersParams,
  LayersResult,
  PromptInput,
  ScoreParams,
  ScoreResult,
  StopReason,
  WarmParams,
  WarmResult,
} from "../../server/host/protocol/messages.ts";
import type { FolderModel } from "./completionModel.ts";
import type { HostConnection } from "./hostConnection.ts";

/** How long after a cancel or deadline the client ends a call for a host that hangs, in milliseconds; otherwise the host ends it. */
const GRACE_MS = 200;

/** The adapter that all calls run with, and a callback for calls that fail. */
export interface HostModelOptions {
  adapter: AdapterDir; // absolute
  /** @param pid of the host that was connected when the call began */
  onFailure: (error: unknown, pid: number | undefined) => void;
}

export class HostModel implements FolderModel {
  readonly key: string;
  readonly #connection: HostConnection;
  readonly #options: HostModelOptions | undefined;
  readonly #fixed: { adapter?: AdapterDir }; // part of each call's parameters

  constructor(connection: HostConnection, options?: HostModelOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#fixed = options ? { adapter: options.adapter } : {};
    this.key = options?.adapter ?? "";
  }

  /**
   * Generates on the host. Ends early with the text so far when `signal` fires or the deadline passes, even if the host hangs.
   * @throws UserError modelLoading (the deadline passed before the model was ready), hostUnavailable, and the host's own errors
   */
  generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    return this.#watched(async () => {
      refuseOversized(params.prompt);
      const arrival = performance.now();
      const { deadlineMs } = params;
      let text = "";
      let listening = true;
      const end = endOf(signal, deadlineMs);
      const soFar = (stop: StopReason) => untold(text, stop, { decode: performance.now() - arrival });
      try {
        const link = await Promise.race([this.#connection.link(), end.reached]);
        if (link === "deadline") throw modelLoading();
        if (link === "cancelled") return soFar(link);
        const remainingMs =
          deadlineMs === undefined ? undefined : Math.max(0, arrival + deadlineMs - performance.now());
        const take = (piece: string) => {
          if (!listening) return;
          text += piece;
          onText(piece);
        };
        const answer = link.generate({ ...this.#fixed, ...params, deadlineMs: remainingMs }, take, signal);
        answer.catch(() => {}); // it may fail after the end
        const result = await Promise.race([answer, end.overdue]);
        return typeof result === "string" ? soFar(result) : result;
      } finally {
        listening = false;
        end.dispose();
      }
    });
  }

  /** @throws UserError as `generate` does */
  inspect(params: InspectParams): Promise<InspectResult> {
    return this.#watched(async () => {
      refuseOversized(params);
      return (await this.#connection.link()).inspect({ ...params, ...this.#fixed });
    });
  }

  /** @throws UserError as `generate` does; Cancelled */
  score(params: ScoreParams, signal: AbortSignal): Promise<ScoreResult> {
    return this.#watched(async () => {
      refuseOversized(params.prompt);
      const link = await this.#connection.link();
      if (signal.aborted) throw new Cancelled();
      return link.score({ ...params, ...this.#fixed }, signal);
    });
  }

  /** @throws UserError as `generate` does, and memoryTooSmall; Cancelled */
  layers(params: LayersParams, signal: AbortSignal): Promise<LayersResult> {
    return this.#watched(async () => {
      refuseOversized(params.prompt);
      const link = await this.#connection.link();
      if (signal.aborted) throw new Cancelled();
      return link.layers({ ...params, ...this.#fixed }, signal);
    });
  }

  /**
   * Reads a prompt ahead where the host is ready; neither starts nor waits for one.
   * @throws UserError modelLoading, hostUnavailable, and the host's own errors
   */
  warm(params: WarmParams, signal: AbortSignal): Promise<WarmResult> {
    return this.#watched(async () => {
      refuseOversized(params.prompt);
      const link = this.#connection.readyLink();
      if (signal.aborted) return notRead("cancelled");
      return link.warm({ ...params, ...this.#fixed }, signal);
    });
  }

  /** @throws what `call` throws, after `onFailure` was called */
  async #watched<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#options) return call();
    const { pid } = this.#connection.status();
    try {
      return await call();
    } catch (error) {
      this.#options.onFailure(error, pid);
      throw error;
    }
  }
}

type End = "cancelled" | "deadline";

/** `reached` resolves when `signal` fires or the deadline passes, `overdue` when GRACE_MS have passed since then. */
function endOf(signal: AbortSignal, deadlineMs: number | undefined) {
  const timers: (NodeJS.Timeout | undefined)[] = [];
  let reach = (_end: End) => {};
  const reached = new Promise<End>((resolve) => {
    reach = resolve;
  });
  const overdue = reached.then(
    (end) => new Promise<End>((resolve) => timers.push(setTimeout(() => resolve(end), GRACE_MS))),
  );
  const onAbort = () => reach("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  if (deadlineMs !== undefined) timers.push(setTimeout(() => reach("deadline"), deadlineMs));
  const dispose = () => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
  return { reached, overdue, dispose };
}

/** A request beyond the limits could be larger than a frame, and would cost the connection. @throws UserError badInput */
function refuseOversized({ prefix, suffix, pieces, instruction = "" }: PromptInput): void {
  const piecesChars = pieces.reduce((sum, { text }) => sum + text.length, 0);
  const { prefixChars, suffixChars, piecesChars: maxPiecesChars } = REQUEST_LIMITS;
  const isShort = instruction.length <= prefixChars;
  if (isShort && prefix.length <= prefixChars && suffix.length <= suffixChars && piecesChars <= maxPiecesChars) return;
  throw badInput("The text around the cursor is too long for a completion.", "Work in a smaller file.");
}
