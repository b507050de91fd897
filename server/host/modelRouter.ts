// Decides which of the host's models a request runs on: the only one, or the tier chosen for commands or for typing. Has the strong tier
// measured in the background, and keeps using the quick one whatever happens to the strong one. Loads nothing itself: the pool does.

import type { UserError, UserErrorCode } from "../../common/errors.ts";
import { chooseTier, type TierDecision } from "../engine/load/chooseTier.ts";
import { type ModelLoader, ModelPool, type PoolLimits, type PoolTarget } from "./modelPool.ts";
import type { ModelLease } from "./modelSlot.ts";
import { type AdapterChoice, type AdapterDir, NO_ADAPTER } from "./protocol/adapters.ts";
import type { AdapterState, HostStatus, TierState, TierStatus } from "./protocol/messages.ts";
import { type ModelChoice, STRONG_IS_ABSENT, type Tier } from "./protocol/tiers.ts";
import type { RepositoryMemories } from "./repositoryMemories.ts";
import type { MeasuredSpeed } from "./speedProcess.ts";

/** One of the two models that Sotto brings. */
export interface TierModel {
  id: string;
  load: ModelLoader;
}

export interface TwoTiers {
  choice: ModelChoice;
  quick: TierModel;
  strong: TierModel & { isThere: boolean };
  /** Measures how fast the strong tier is here. Never throws. */
  measure: () => Promise<MeasuredSpeed>;
  /** The tier that the adapter in a folder fits. @throws UserError adapterInvalid, or the reason why the models cannot be opened */
  fitOf: (adapter: AdapterDir) => Promise<Tier | undefined>;
}

/** What a host serves: the user's own model, or Sotto's two. */
export type ServedModels = { own: TierModel } | TwoTiers;

export interface RoutedRequest {
  asked?: boolean; // a person asked for it explicitly
  adapter?: AdapterChoice; // the workspace's adapter
}

/** Errors that mean that the strong tier's files are faulty: it is not tried again. */
const BROKEN: ReadonlySet<UserErrorCode> = new Set(["modelMissing", "modelCorrupt", "modelUnsupported", "ggufInvalid"]);

/** How much of a request's time it waits for strong to be loaded, before quick answers. */
const LOADING_SHARE = 0.4;

/** Errors that mean that a request's adapter is faulty, and not the model below it. */
const ADAPTER_FAULTS: ReadonlySet<UserErrorCode> = new Set(["adapterInvalid", "adapterOfOtherBase"]);

const SET = "so it is set in sotto.model";

export class ModelRouter {
  readonly #pool: ModelPool;
  readonly #tiers: TwoTiers | undefined;
  readonly #log: (line: string) => void;
  readonly #fits = new Map<string, Tier | undefined>(); // by the adapter's hash
  readonly #listeners = new Set<() => void>();
  #decision: TierDecision = { tier: "quick", reason: "strong is still being measured here" };
  #broken: string | undefined; // why strong cannot be used at all
  #failure: UserError | undefined; // why the last attempt to load strong failed

  constructor(served: ServedModels, log: (line: string) => void, limits: Partial<PoolLimits> = {}) {
    this.#tiers = "own" in served ? undefined : served;
    this.#log = log;
    const models = "own" in served ? [{ name: "own", ...served.own }] : modelsOf(served);
    this.#pool = new ModelPool(models, log, limits);
    this.#pool.onChange(() => this.#poolChanged());
  }

  /** Loads the model for typing, and has the strong tier measured where the decision needs it. Never throws. */
  start(): void {
    const tiers = this.#tiers;
    const isStrongSet = tiers?.choice === "strong" && tiers.strong.isThere;
    this.#pool.start(isStrongSet ? "strong" : undefined);
    if (tiers?.choice === "auto" && tiers.strong.isThere) void this.#decide(tiers);
  }

  /** What all models remember of the clients' workspaces. */
  get memories(): RepositoryMemories {
    return this.#pool.memories;
  }

  status(): HostStatus {
    if (!this.#tiers) return this.#pool.status();
    const tiers = this.#tierStatus(this.#tiers);
    const { adapters, ...status } = this.#pool.status(tiers.typing);
    const told = adapters?.map((one): AdapterState => ({ ...one, tier: this.#fits.get(one.sha256) }));
    return { ...status, tiers, ...(told && { adapters: told }) };
  }

  /** Calls `listener` when the status changes. @returns the function that removes the listener */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * A lease of the model that the request goes to, as soon as the model is loaded; of quick if strong cannot be loaded, or takes more than a share
   * of the request's time: the first load after an installation prepares strong's weights, for up to a minute.
   * @throws UserError why it cannot be loaded; otherwise as `ModelSlot.lease` does
   */
  async lease(
    { asked = false, adapter }: RoutedRequest,
    signal?: AbortSignal,
    deadlineMs?: number,
  ): Promise<ModelLease> {
    if (!this.#tiers) return this.#pool.lease({ model: "own", adapter }, signal, deadlineMs);
    const start = performance.now();
    const isBare = adapter === NO_ADAPTER;
    const fit = this.#fitOf(isBare ? undefined : adapter);
    const fits = fit instanceof Promise ? await fit : fit; // no `await` where the fit is known, so that requests keep their order
    const tier = asked ? this.#askedTier(this.#tiers) : this.#typingTier(this.#tiers);
    const on = (model: Tier): PoolTarget => ({ model, adapter: isBare || isOf(model, fits) ? adapter : undefined });
    if (tier === "quick") return this.#pool.lease(on("quick"), signal, deadlineMs);
    const mayWait = deadlineMs !== undefined && !isBare && this.#pool.stateOf("strong").state !== "ready";
    try {
      return await this.#pool.lease(on("strong"), signal, mayWait ? LOADING_SHARE * deadlineMs : deadlineMs);
    } catch (error) {
      const { code } = error as UserError;
      const isLate = mayWait && code === "modelLoading";
      if (!isLate && (!this.#pool.isLoadFailure(error) || ADAPTER_FAULTS.has(code))) throw error;
      const leftMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - (performance.now() - start));
      return this.#pool.lease(on("quick"), signal, leftMs);
    }
  }

  /**
   * Loads the adapter in a folder together with the model that it fits, even if that has failed before.
   * @throws as `lease`
   */
  async prepare(adapter: AdapterDir, signal?: AbortSignal): Promise<{ sha256: string; tier?: Tier }> {
    if (!this.#tiers) return { sha256: await this.#pool.prepare({ model: "own", adapter }, signal) };
    const fits = await this.#fitOf(adapter);
    const sha256 = await this.#pool.prepare({ model: fits ?? "quick", adapter }, signal);
    return { sha256, tier: fits };
  }

  /** The tier that the adapter fits; undefined where it fits no tier that runs here. Quick then reports why. */
  #fitOf(adapter: AdapterDir | undefined): Tier | undefined | Promise<Tier | undefined> {
    if (adapter === undefined) return undefined;
    const sha256 = this.#pool.identityOf(adapter);
    if (typeof sha256 === "string" && this.#fits.has(sha256)) return this.#fits.get(sha256);
    return this.#foundFit(adapter, sha256);
  }

  async #foundFit(adapter: AdapterDir, identity: string | Promise<string>): Promise<Tier | undefined> {
    const { fitOf, choice, strong } = this.#tiers!;
    const sha256 = await identity;
    if (choice === "quick" || !strong.isThere) {
      this.#fits.set(sha256, "quick"); // nothing else runs here
      return "quick";
    }
    const fits = await fitOf(adapter);
    this.#fits.set(sha256, fits);
    return fits;
  }

  /** Loads quick before it measures strong: measuring would delay the first suggestions. */
  async #decide(tiers: TwoTiers): Promise<void> {
    await this.#pool.lease({ model: "quick" }).then(
      ({ release }) => release(),
      () => {}, // the model's state reports the failure
    );
    const measured = await tiers.measure();
    const isBroken = measured.kind === "fault" && measured.code && BROKEN.has(measured.code);
    if (isBroken) this.#broken = sentencePart(measured.message);
    this.#decision = decisionBy(measured);
    this.#log(`typing: ${this.#decision.tier}; ${this.#decision.reason}`);
    if (this.#decision.tier === "strong") this.#pool.start("strong");
    this.#tell();
  }

  #typing({ choice, strong }: TwoTiers): TierDecision {
    if (choice === "quick") return { tier: "quick", reason: SET };
    const problem = this.#strongProblem(strong.isThere);
    if (problem !== undefined) return { tier: "quick", reason: problem };
    if (choice === "strong") return { tier: "strong", reason: SET };
    if (this.#decision.tier === "quick") return this.#decision;
    if (this.#pool.stateOf("strong").state === "ready") return this.#decision;
    return { tier: "quick", reason: "strong is being loaded" };
  }

  /** The tier for typing. Where strong was chosen but has been unloaded, it is loaded again while quick answers. */
  #typingTier(tiers: TwoTiers): Tier {
    const { tier } = this.#typing(tiers);
    const isAway = tier === "quick" && this.#decision.tier === "strong" && this.#failure === undefined;
    if (isAway && this.#broken === undefined) this.#pool.start("strong");
    return tier;
  }

  /** The tier for what a person asks for. Where strong has failed it is tried again: memory may be free by now. */
  #askedTier({ choice, strong }: TwoTiers): Tier {
    return choice === "quick" || !strong.isThere || this.#broken !== undefined ? "quick" : "strong";
  }

  #strongProblem(isThere: boolean): string | undefined {
    if (!isThere) return STRONG_IS_ABSENT;
    return this.#broken ?? (this.#failure && sentencePart(this.#failure.message));
  }

  #tierStatus(tiers: TwoTiers): TierStatus {
    const { choice, strong } = tiers;
    const { tier: typing, reason: typingReason } = this.#typing(tiers);
    const problem = this.#strongProblem(strong.isThere);
    const asked = choice === "quick" || problem !== undefined ? "quick" : "strong";
    const quickState: TierState = { tier: "quick", model: tiers.quick.id, state: this.#pool.stateOf("quick").state };
    const state = !strong.isThere ? "absent" : problem === undefined ? this.#pool.stateOf("strong").state : "failed";
    const strongState: TierState = {
      tier: "strong",
      model: strong.id,
      state,
      ...(problem !== undefined && { problem }),
    };
    const states = [quickState, strongState];
    const askedReason = choice === "quick" ? undefined : problem;
    return { choice, typing, typingReason, asked, ...(askedReason !== undefined && { askedReason }), states };
  }

  #poolChanged(): void {
    const tiers = this.#tiers;
    if (tiers?.strong.isThere) {
      const { state, failure } = this.#pool.stateOf("strong");
      if (state === "ready") this.#failure = undefined;
      if (failure !== undefined && failure !== this.#failure) this.#strongFailed(tiers, failure);
      this.#pool.keep(this.#typing(tiers).tier);
    }
    this.#tell();
  }

  #strongFailed({ choice }: TwoTiers, failure: UserError): void {
    this.#failure = failure;
    if (BROKEN.has(failure.code)) this.#broken = sentencePart(failure.message);
    this.#log(`quick answers in the place of strong: ${failure.message}`);
    if (choice === "strong") this.#pool.start("quick");
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The decision that follows from a measurement. Without valid times, quick types. */
export function decisionBy(measured: MeasuredSpeed): TierDecision {
  const unmeasured = (reason: string): TierDecision => ({ tier: "quick", reason });
  if (measured.kind === "fault")
    return unmeasured(`strong could not be measured here: ${sentencePart(measured.message)}`);
  if (measured.disturbance === undefined) return chooseTier(measured.times);
  return unmeasured(`strong could not be measured here yet: ${measured.disturbance}`);
}

/** Whether `tier` runs an adapter that fits `fits`. Quick also takes an adapter that fits none: loading it reports what is wrong. */
const isOf = (tier: Tier, fits: Tier | undefined): boolean => (fits ?? "quick") === tier;

function modelsOf({ quick, strong, choice }: TwoTiers) {
  const models = [{ name: "quick", ...quick }];
  return choice !== "quick" && strong.isThere ? [...models, { name: "strong", ...strong }] : models;
}

const sentencePart = (sentence: string): string => sentence.replace(/\.$/, "");
