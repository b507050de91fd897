// What the status item says: the current state and its text. Pure, so that every state has a unit test; must not import `vscode`.

import { isLoopback } from "../../common/util/engineAddress.ts";
import { languageSupported } from "../config/languages.ts";
import { languageEnabled } from "../config/settings.ts";
import type { EngineStatus } from "../protocol/engines.ts";
import { type AdapterStatus, type ModelStatus, type TierUse, UNTIL_CLOSED_MS } from "../protocol/messages.ts";
import { engineSentence } from "./engineText.ts";

/** Everything that the status depends on. */
export interface StatusInputs {
  enable: Readonly<Record<string, boolean>>;
  trusted: boolean;
  quiet: boolean; // suggestions only where somebody asks
  snoozedUntilMs: number; // epoch; 0 when not snoozed
  languageId: string | undefined; // of the active text editor
  agent: "starting" | "running" | "failed";
  model: ModelStatus;
  root: string | undefined; // of the workspace folder that the active text editor belongs to
}

export type StatusState =
  | { kind: "off" }
  | { kind: "failed"; message: string; action: string }
  | { kind: "snoozed"; untilMs: number }
  | { kind: "languageOff"; languageId: string; supported: boolean }
  | { kind: "starting"; what: "agent" | "model" }
  | { kind: "working" }
  | { kind: "quiet" }
  | { kind: "untrusted" }
  | { kind: "engine"; engine: EngineStatus } // an engine elsewhere writes
  | {
      kind: "ready";
      model: string;
      device: string;
      fallbackReason?: string;
      tiers?: TierUse;
      adapter?: AdapterStatus;
    };

export interface StatusText {
  text: string; // in the status bar, with codicons
  sentence: string; // in the tooltip, and read aloud
  severity: "none" | "warning" | "error";
}

/** The one state that is shown: what stops suggestions comes before what merely describes them. */
export function statusState(inputs: StatusInputs): StatusState {
  const { enable, agent, model, languageId } = inputs;
  if (!Object.values(enable).includes(true)) return { kind: "off" };
  if (agent === "failed") {
    return {
      kind: "failed",
      message: "The agent of this window ended too often.",
      action: "Restart it; the log says why.",
    };
  }
  const writesElsewhere = model.engine?.state === "inUse"; // then the local model only stands by
  if (model.state === "failed" && !writesElsewhere) {
    const { message, action } = model.error ?? { message: "The model host failed.", action: "The log says why." };
    return { kind: "failed", message, action };
  }
  if (inputs.snoozedUntilMs > 0) return { kind: "snoozed", untilMs: inputs.snoozedUntilMs };
  if (languageId !== undefined) {
    const supported = languageSupported(languageId);
    if (!supported || !languageEnabled(enable, languageId)) return { kind: "languageOff", languageId, supported };
  }
  if (agent === "starting") return { kind: "starting", what: "agent" };
  if (model.state !== "ready" && !writesElsewhere) return { kind: "starting", what: "model" };
  if (model.working) return { kind: "working" };
  if (inputs.quiet) return { kind: "quiet" };
  if (!inputs.trusted) return { kind: "untrusted" };
  const { model: name = "", device = "", fallbackReason, tiers, engine } = model;
  if (engine && writesElsewhere) return { kind: "engine", engine };
  const adapter = model.adapters?.find(({ root }) => root === inputs.root);
  return { kind: "ready", model: name, device, fallbackReason, tiers, adapter };
}

/**
 * The words of a state. `problems` are added to the sentence, and mark the item where nothing worse does.
 * @param jobs fine-tunings under way, which the item tells besides
 * @param answers what came of the requests so far
 * @param engine elsewhere, that was chosen
 */
export function statusText(
  state: StatusState,
  problems: readonly string[],
  jobs: readonly { short: string; sentence: string }[] = [],
  answers: Answers = {},
  engine?: EngineStatus,
): StatusText {
  const { icon, short = "", name, sentence } = words(state);
  const warned = problems.length > 0 && state.kind !== "failed";
  const isMarked = answers.repeats !== undefined && suggests(state);
  const told = short || (isMarked ? "repeats other code" : "");
  const text = `$(${warned ? "warning" : isMarked ? "law" : icon}) Sotto${told && `: ${told}`}`;
  return {
    text: [text, ...jobs.map((job) => job.short)].join(" "),
    sentence: [
      `Sotto: ${name ?? short}. ${sentence}`,
      ...(engine && state.kind !== "engine" ? [engineSentence(engine)] : []),
      ...(answers.nothing && suggests(state) ? [`Nothing shown here: ${answers.nothing.why}.`] : []),
      ...(answers.repeats && suggests(state) ? [`Licence guard: the last suggestion ${answers.repeats.words}.`] : []),
      ...(answers.counted ? [answers.counted] : []),
      ...jobs.map((job) => job.sentence),
      ...problems,
    ].join("\n"),
    severity: state.kind === "failed" ? "error" : warned ? "warning" : "none",
  };
}

/** What came of the requests of this window. */
export interface Answers {
  nothing?: { reason: string; why: string }; // why the last one got nothing
  repeats?: { words: string; place?: string }; // third-party code that the last one's suggestion repeats: "repeats …", and the URI of its line
  counted?: string; // all of them, as a sentence
}

/** Whether suggestions come while somebody types: where none do, the state says why. */
export const suggests = ({ kind }: StatusState): boolean =>
  kind === "ready" || kind === "engine" || kind === "working" || kind === "untrusted";

/** The devices of sotto.device in words. */
const DEVICES: Readonly<Record<string, string>> = {
  cpu: "the processor",
  webgpu: "the graphics processor (WebGPU)",
  cuda: "the graphics processor (CUDA)",
  dml: "the graphics processor (DirectML)",
  coreml: "Apple's accelerators (Core ML)",
};

interface Words {
  icon: string;
  short?: string; // after the product's name in the status bar, where there is room for few words
  name?: string; // of a state that shows none
  sentence: string;
}

function words(state: StatusState): Words {
  switch (state.kind) {
    case "off":
      return { icon: "circle-slash", short: "off", sentence: "Switched off for every language (sotto.enable)." };
    case "failed":
      return { icon: "error", short: "failed", sentence: `${state.message} ${state.action}` };
    case "snoozed": {
      const until = state.untilMs === UNTIL_CLOSED_MS ? "this window is closed" : clock(state.untilMs);
      const sentence = `No suggestions until ${until}, except where you ask (Alt+\\).`;
      return { icon: "bell-slash", short: "snoozed", sentence };
    }
    case "languageOff": {
      const { languageId, supported } = state;
      const short = `${supported ? "off" : "not"} for ${languageId}`;
      const sentence = supported
        ? "Switched off for this language (sotto.enable)."
        : "Sotto does not know this language.";
      return { icon: "circle-slash", short, sentence };
    }
    case "starting":
      return state.what === "agent"
        ? { icon: "loading~spin", short: "starting", sentence: "The agent of this window is starting." }
        : { icon: "loading~spin", short: "loading model", sentence: "You can type meanwhile." };
    case "working":
      return { icon: "loading~spin", name: "working", sentence: "The model is writing a suggestion." };
    case "quiet":
      return { icon: "mute", short: "quiet", sentence: "Suggestions only where you ask (Alt+\\)." };
    case "untrusted": {
      const sentence = "This workspace is not trusted: suggestions are made from open files alone.";
      return { icon: "shield", short: "restricted", sentence };
    }
    case "engine":
      return {
        icon: isLoopback(state.engine.url) ? "server" : "cloud",
        name: "ready",
        sentence: engineSentence(state.engine),
      };
    case "ready": {
      const sentence = `${state.model}${withAdapter(state)} on ${DEVICES[state.device] ?? state.device}.`;
      const fallback = state.fallbackReason ? ` It runs so because ${state.fallbackReason}.` : "";
      const more = [tiersInWords(state.tiers), adapterTier(state), adapterProblem(state.adapter)].join("");
      return { icon: "check", name: "ready", sentence: sentence + fallback + more };
    }
  }
}

function withAdapter({ tiers, adapter }: StatusState & { kind: "ready" }): string {
  const isOther = tiers !== undefined && adapter?.tier !== undefined && adapter.tier !== tiers.typing;
  if (!adapter || isOther) return "";
  if (adapter.state === "inUse") return ` with the adapter ${adapter.id}`;
  if (adapter.state === "resting") return ` (the adapter ${adapter.id} rests today: sotto.compareAdapter)`;
  return adapter.state === "loading" ? ` (loading the adapter ${adapter.id})` : "";
}

/** Nothing is said where one model is all that there is, and nobody has asked for another. */
function tiersInWords(tiers: TierUse | undefined): string {
  if (!tiers || !hasTwo(tiers)) return "";
  const { typing, typingReason, asked, askedReason } = tiers;
  const because = askedReason === undefined ? "" : ` (${askedReason})`;
  if (typing === asked) return ` Typing and asked for: ${typing} (${askedReason ?? typingReason}).`;
  return ` Typing: ${typing} (${typingReason}). Asked for: ${asked}${because}.`;
}

const hasTwo = ({ choice, states }: TierUse): boolean =>
  choice === "strong" || states.every(({ state }) => state !== "absent");

/** Where another model writes too, it writes without the adapter. */
function adapterTier({ tiers, adapter }: StatusState & { kind: "ready" }): string {
  if (!tiers || adapter?.state !== "inUse" || adapter.tier === undefined) return "";
  const isAlone = tiers.typing === tiers.asked && tiers.typing === adapter.tier;
  if (isAlone) return "";
  return ` The adapter ${adapter.id} belongs to the ${adapter.tier} model, and the other one writes without it.`;
}

function adapterProblem(adapter: AdapterStatus | undefined): string {
  if (adapter?.state !== "failed" && adapter?.state !== "quarantined") return "";
  const { id, error } = adapter;
  const why = error ? ` ${error.message} ${error.action}` : "";
  return ` The adapter ${id} is not used.${why}`;
}

function clock(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
