// Which of the host's models a request runs on: the only one, or that of the tier which what is asked for, or typed, goes to. Has the strong tier
// measured in the background, and goes on with the quick one whatever becomes of the strong one. Loads nothing itself: the pool does.

import type { UserError, UserErrorCode } from "../../common/errors.ts";
import { chooseTier, type TierDecision } from "../engine/load/chooseTier.ts";
import { type ModelLoader, ModelPool, type PoolLimits, type PoolTarget } from "./modelPool.ts";
import type { ModelLease } from "./modelSlot.ts";
import type { AdapterDir } from "./protocol/adapters.ts";
import type { AdapterState, HostStatus, TierState, TierStatus } from "./protocol/messages.ts";
import { type ModelChoice, STRONG_IS_ABSENT, type Tier } from "./protocol/tiers.ts";
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
  /** How fast strong is here. Never throws. */
  measure: () => Promise<MeasuredSpeed>;
  /** The tier that the adapter in a folder fits. @throws UserError adapterInvalid, or why the models cannot be opened */
  fitOf: (adapter: AdapterDir) => Promise<Tier | undefined>;
}

/** What a host serves: a model of the user's own, or Sotto's two. */
export type ServedModels = { own: TierModel } | TwoTiers;

export interface RoutedRequest {
  asked?: boolean; // a person asked for it
  adapter?: AdapterDir; // the workspace's
}

/** With these the files of the strong tier are to blame: it is not tried again. */
const BROKEN: ReadonlySet<UserErrorCode> = new Set(["modelMissing", "modelCorrupt", "modelUnsupported", "ggufInvalid"]);

/** With these a request's adapter is to blame, and not the model below it. */
const ADAPTER_FAULTS: ReadonlySet<UserErrorCode> = new Set(["adapterInvalid", "adapterOfOtherBase"]);

const SET = "so it is set in sotto.model";

export class ModelRouter {
  readonly #pool: ModelPool;
  readonly #tiers: TwoTiers | undefined;
  readonly #log: (line: string) => void;
  readonly #fits = new Map<string, Tier | undefined>(); // by the hash of an adapter
  readonly #listeners = new Set<() => void>();
  #decision: TierDecision = { tier: "quick", reason: "strong is still being measured here" };
  #broken: string | undefined; // why strong cannot be used at all
  #failure: UserError | undefined; // why strong could not be loaded the last time

  constructor(served: ServedModels, log: (line: string) => void, limits: Partial<PoolLimits> = {}) {
    this.#tiers = "own" in served ? undefined : served;
    this.#log = log;
    const models = "own" in served ? [{ name: "own", ...served.own }] : modelsOf(served);
    this.#pool = new ModelPool(models, log, limits);
    this.#pool.onChange(() => this.#poolChanged());
  }

  /** Loads what types, and has the strong tier measured where that decides. Never throws. */
  start(): void {
    const tiers = this.#tiers;
    const isStrongSet = tiers?.choice === "strong" && tiers.strong.isThere;
    this.#pool.start(isStrongSet ? "strong" : undefined);
    if (tiers?.choice === "auto" && tiers.strong.isThere) void this.#decide(tiers);
  }

  status(): HostStatus {
    if (!this.#tiers) return this.#pool.status();
    const tiers = this.#tierStatus(this.#tiers);
    const { adapters, ...status } = this.#pool.status(tiers.typing);
    const told = adapters?.map((one): AdapterState => ({ ...one, tier: this.#fits.get(one.sha256) }));
    return { ...status, tiers, ...(told && { adapters: told }) };
  }

  /** Calls `listener` when the status changes; returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The model that the request goes to, as soon as that is loaded; quick if strong cannot be loaded.
   * @throws UserError why it cannot be loaded; otherwise as `ModelSlot.lease` does
   */
  async lease(
    { asked = false, adapter }: RoutedRequest,
    signal?: AbortSignal,
    deadlineMs?: number,
  ): Promise<ModelLease> {
    if (!this.#tiers) return this.#pool.lease({ model: "own", adapter }, signal, deadlineMs);
    const start = performance.now();
    const fit = this.#fitOf(adapter);
    const fits = fit instanceof Promise ? await fit : fit; // at once where it is known: requests keep their order
    const tier = asked ? this.#askedTier(this.#tiers) : this.#typingTier(this.#tiers);
    const on = (model: Tier): PoolTarget => ({ model, adapter: isOf(model, fits) ? adapter : undefined });
    if (tier === "quick") return this.#pool.lease(on("quick"), signal, deadlineMs);
    try {
      return await this.#pool.lease(on("strong"), signal, deadlineMs);
    } catch (error) {
      if (!this.#pool.isLoadFailure(error) || ADAPTER_FAULTS.has((error as UserError).code)) throw error;
      const leftMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - (performance.now() - start));
      return this.#pool.lease(on("quick"), signal, leftMs);
    }
  }

  /**
   * Loads the model that the adapter in a folder fits with it, also where that has failed before.
   * @throws as `lease`
   */
  async prepare(adapter: AdapterDir, signal?: AbortSignal): Promise<{ sha256: string; tier?: Tier }> {
    if (!this.#tiers) return { sha256: await this.#pool.prepare({ model: "own", adapter }, signal) };
    const fits = await this.#fitOf(adapter);
    const sha256 = await this.#pool.prepare({ model: fits ?? "quick", adapter }, signal);
    return { sha256, tier: fits };
  }

  /** The tier that the adapter fits; undefined where it fits none that runs here, and quick tells why. */
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

  /** Quick first: measuring would hold up the first suggestions. */
  async #decide(tiers: TwoTiers): Promise<void> {
    await this.#pool.lease({ model: "quick" }).then(
      ({ release }) => release(),
      () => {}, // its state tells
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

  /** Where strong was chosen and has left the memory, it comes back while quick answers. */
  #typingTier(tiers: TwoTiers): Tier {
    const { tier } = this.#typing(tiers);
    const isAway = tier === "quick" && this.#decision.tier === "strong" && this.#failure === undefined;
    if (isAway && this.#broken === undefined) this.#pool.start("strong");
    return tier;
  }

  /** Where strong has failed it is tried again: memory may be free by now. */
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

/** What a measurement comes to: without times that count quick types. */
export function decisionBy(measured: MeasuredSpeed): TierDecision {
  const unmeasured = (reason: string): TierDecision => ({ tier: "quick", reason });
  if (measured.kind === "fault")
    return unmeasured(`strong could not be measured here: ${sentencePart(measured.message)}`);
  if (measured.disturbance === undefined) return chooseTier(measured.times);
  return unmeasured(`strong could not be measured here yet: ${measured.disturbance}`);
}

/** Quick also runs with an adapter that fits none: it says what is wrong with it. */
const isOf = (tier: Tier, fits: Tier | undefined): boolean => (fits ?? "quick") === tier;

function modelsOf({ quick, strong, choice }: TwoTiers) {
  const models = [{ name: "quick", ...quick }];
  return choice !== "quick" && strong.isThere ? [...models, { name: "strong", ...strong }] : models;
}

const sentencePart = (sentence: string): string => sentence.replace(/\.$/, "");
