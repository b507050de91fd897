// The engine of a window: the one that the configuration names, as soon as it may be used, and what has gone to engines since the window was
// opened. A change of the configuration counts from the next request on.

import { isReadableOnTheWay, originOf } from "../../common/util/engineAddress.ts";
import type { EngineTraffic } from "../../server/remote/types.ts";
import type { FolderModel, WritingModel } from "../model/completionModel.ts";
import { Engine, type EngineClock, type OpenEngine, trafficSum } from "../model/engine/engine.ts";
import { EngineModel } from "../model/engine/engineModel.ts";
import type { EngineStatus } from "../protocol/engines.ts";
import type { AgentConfiguration } from "../protocol/messages.ts";
import { type EngineUse, engineUse } from "./engineUse.ts";

export interface WindowEngineOptions {
  open: OpenEngine;
  /** The person's key for a server. */
  key: (origin: string) => Promise<string | undefined>;
  slowAfterMs: () => number;
  /** What writes, or what there is to tell of it, has changed. */
  onChange: () => void;
  log: (line: string) => void;
  clock?: EngineClock;
}

export class WindowEngine {
  readonly #options: WindowEngineOptions;
  #use: EngineUse = { kind: "local" };
  #engine: Engine | undefined;
  #before: EngineTraffic | undefined; // of earlier engines

  constructor(options: WindowEngineOptions) {
    this.#options = options;
  }

  configure(configuration: AgentConfiguration): void {
    const use = engineUse(configuration);
    if (JSON.stringify(use) === JSON.stringify(this.#use)) return;
    this.#drop();
    this.#use = use;
    if (use.kind === "untrusted" || use.kind === "needsConsent")
      this.#options.log(`engine ${use.url}: ${WHY_NOT[use.kind]}`);
    if (use.kind === "remote") {
      const { key, ...options } = this.#options;
      const { choice } = use;
      this.#engine = new Engine({ ...options, choice, key: () => key(originOf(choice.url)) });
    }
    this.#options.onChange();
  }

  /** The model that a request of a folder goes to: the engine with the local model behind it, or that alone. */
  modelFor(local: FolderModel): FolderModel {
    const engine = this.#engine;
    return engine?.isUsable ? new EngineModel({ engine, local, slowAfterMs: this.#options.slowAfterMs }) : local;
  }

  /** Undefined where the local model writes. */
  get writing(): WritingModel | undefined {
    return this.#engine?.isUsable ? { id: this.#engine.name } : undefined;
  }

  /** Undefined where the local model was chosen. An engine may tell of its opening while it is being made: it is "opening" until then. */
  status(): EngineStatus | undefined {
    const use = this.#use;
    if (use.kind === "local") return undefined;
    const unused =
      use.kind === "remote" ? { url: use.choice.url, state: "opening" as const } : { url: use.url, state: use.kind };
    const { traffic: now, ...report } = this.#engine?.report() ?? { ...unused, traffic: undefined };
    const traffic = trafficSum(this.#before ?? NO_TRAFFIC, now);
    return { ...report, isReadableOnTheWay: isReadableOnTheWay(report.url), ...traffic };
  }

  /** Asks the engine at once, with the key as it is now. */
  tryAgain(): void {
    this.#engine?.tryAgain();
  }

  dispose(): void {
    this.#drop();
  }

  #drop(): void {
    if (!this.#engine) return;
    this.#before = trafficSum(this.#engine.report().traffic, this.#before);
    this.#engine.dispose();
    this.#engine = undefined;
  }
}

/** Why a chosen engine is sent nothing, for the log. */
const WHY_NOT = {
  untrusted: "nothing is sent to it from a workspace that is not trusted; the local model writes",
  needsConsent:
    'nothing is sent to it before you agree ("Sotto: Choose Engine…", in other editors SOTTO_ENGINE_CONSENT); the local model writes',
} as const;

const NO_TRAFFIC: EngineTraffic = { requests: 0, bytesSent: 0, bytesReceived: 0 };
