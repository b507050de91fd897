// What the status item says: the current state and its text. Pure, so that every state has a unit test; must not import `vscode`.

import type { CommandId } from "../config/commands.ts";
import { languageSupported } from "../config/languages.ts";
import { languageEnabled, type Settings } from "../config/settings.ts";
import type { AdapterStatus, ModelStatus, TierUse } from "../protocol/messages.ts";

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
  | {
      kind: "ready";
      model: string;
      device: string;
      runtime: string;
      fallbackReason?: string;
      tiers?: TierUse;
      adapter?: AdapterStatus;
    };

export interface StatusText {
  text: string; // in the status bar, with codicons
  sentence: string; // in the tooltip, and read aloud
  severity: "none" | "warning" | "error";
}

export interface StatusAction {
  title: string;
  detail?: string;
  command: CommandId | "workbench.action.openSettings";
  argument?: string;
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
  if (model.state === "failed") {
    const { message, action } = model.error ?? { message: "The model host failed.", action: "The log says why." };
    return { kind: "failed", message, action };
  }
  if (inputs.snoozedUntilMs > 0) return { kind: "snoozed", untilMs: inputs.snoozedUntilMs };
  if (languageId !== undefined) {
    const supported = languageSupported(languageId);
    if (!supported || !languageEnabled(enable, languageId)) return { kind: "languageOff", languageId, supported };
  }
  if (agent === "starting") return { kind: "starting", what: "agent" };
  if (model.state !== "ready") return { kind: "starting", what: "model" };
  if (model.working) return { kind: "working" };
  if (inputs.quiet) return { kind: "quiet" };
  if (!inputs.trusted) return { kind: "untrusted" };
  const adapter = model.adapters?.find(({ root }) => root === inputs.root);
  const { model: name = "", device = "", runtime = "", fallbackReason, tiers } = model;
  return { kind: "ready", model: name, device, runtime, fallbackReason, tiers, adapter };
}

/**
 * The words of a state. `problems` are added to the sentence, and mark the item where nothing worse does.
 * @param jobs fine-tunings under way, which the item tells besides
 * @param answers what came of the requests so far
 */
export function statusText(
  state: StatusState,
  problems: readonly string[],
  jobs: readonly { short: string; sentence: string }[] = [],
  answers: Answers = {},
): StatusText {
  const { icon, short = "", name, sentence } = words(state);
  const warned = problems.length > 0 && state.kind !== "failed";
  const text = `$(${warned ? "warning" : icon}) Sotto${short && `: ${short}`}`;
  return {
    text: [text, ...jobs.map((job) => job.short)].join(" "),
    sentence: [
      `Sotto: ${name ?? short}. ${sentence}`,
      ...(answers.nothing && suggests(state) ? [`Nothing shown here: ${answers.nothing.why}.`] : []),
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
  counted?: string; // all of them, as a sentence
}

/** Whether suggestions come while somebody types: where none do, the state says why. */
const suggests = ({ kind }: StatusState): boolean => kind === "ready" || kind === "working" || kind === "untrusted";

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
      const sentence = `No suggestions until ${clock(state.untilMs)}, except where you ask (Alt+\\).`;
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
    case "ready": {
      const sentence = `${state.model}${withAdapter(state)} on ${state.device} (${state.runtime}).`;
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

/**
 * What a click on the item offers, the likeliest first.
 * @param jobs whether a fine-tuning works in this window's folders, or rests
 * @param answers what came of the requests so far
 */
export function statusActions(
  state: StatusState,
  languageId: string | undefined,
  jobs: { work: boolean; rest: boolean } = { work: false, rest: false },
  eagerness: Settings["eagerness"] = "usual",
  answers: Answers = {},
): StatusAction[] {
  const restart: StatusAction = { title: "Restart host", command: "sotto.restartHost" };
  const actions: StatusAction[] = [];
  if (state.kind === "failed") actions.push({ ...restart, detail: state.action });
  if (state.kind === "snoozed") actions.push({ title: "Cancel snooze", command: "sotto.cancelSnooze" });
  if (suggests(state) && answers.nothing) actions.push(nothingAction(answers.nothing, eagerness, answers.counted));
  if (languageId !== undefined && languageSupported(languageId)) {
    const off = state.kind === "off" || state.kind === "languageOff";
    actions.push({ title: `${off ? "Enable" : "Disable"} for ${languageId}`, command: "sotto.toggleLanguage" });
  }
  if (jobs.work) actions.push({ title: "Show fine-tuning progress", command: "sotto.fineTune" });
  if (jobs.work) actions.push({ title: "Pause fine-tuning", command: "sotto.pauseFineTuning" });
  if (jobs.rest) actions.push({ title: "Resume fine-tuning", command: "sotto.resumeFineTuning" });
  if (jobs.work || jobs.rest) actions.push({ title: "Cancel fine-tuning…", command: "sotto.cancelFineTuning" });
  const isSilent = state.kind === "snoozed" || state.kind === "quiet";
  if (!isSilent && state.kind !== "off") actions.push({ title: "Snooze…", command: "sotto.snooze" });
  if (!isSilent || state.kind === "quiet")
    actions.push({ title: state.kind === "quiet" ? "Leave quiet mode" : "Quiet mode", command: "sotto.toggleQuiet" });
  if (suggests(state) && eagerness !== "more")
    actions.push({ title: "Show more suggestions", detail: inSteps(eagerness), command: "sotto.showMore" });
  if (suggests(state) && eagerness !== "fewer")
    actions.push({ title: "Show fewer suggestions", detail: inSteps(eagerness), command: "sotto.showFewer" });
  if (state.kind === "ready" && state.adapter) actions.push({ title: "Adapters…", command: "sotto.adapters" });
  actions.push({ title: "Show log", command: "sotto.showLog" });
  if (state.kind !== "failed") actions.push(restart);
  actions.push({ title: "Settings", command: "workbench.action.openSettings", argument: "@ext:sotto.sotto" });
  return actions;
}

/** Why the last request got nothing; a click shows more, where that would have helped, otherwise the log. */
function nothingAction(
  { reason, why }: NonNullable<Answers["nothing"]>,
  eagerness: Settings["eagerness"],
  detail: string | undefined,
): StatusAction {
  const title = `Nothing shown here: ${why}`;
  if (reason !== "improbable" || eagerness === "more") return { title, detail, command: "sotto.showLog" };
  return { title: `${title}; show more…`, detail, command: "sotto.showMore" };
}

const inSteps = (eagerness: Settings["eagerness"]): string => `Now: ${eagerness} (sotto.eagerness)`;

function clock(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
