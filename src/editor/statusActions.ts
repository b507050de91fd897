// What a click on the status item offers: what can be done about the state, here, and in this workspace. Pure; must not import `vscode`.

import type { CommandId } from "../config/commands.ts";
import { languageSupported } from "../config/languages.ts";
import type { Settings } from "../config/settings.ts";
import type { EngineStatus } from "../protocol/engines.ts";
import { type Answers, type StatusState, suggests } from "./statusText.ts";

export interface StatusAction {
  title: string;
  description?: string; // beside the title
  detail?: string; // below it
  command: CommandId | "workbench.action.openSettings" | "vscode.open";
  argument?: string;
}

export interface StatusActionGroup {
  name: string; // stands above its actions
  actions: StatusAction[];
}

/** What the offers depend on besides the state. */
export interface ActionInputs {
  languageId?: string; // of the active text editor
  trustedFolder?: boolean; // whether a folder is open that the person trusts
  jobs?: { work: boolean; rest: boolean }; // whether a fine-tuning works in this window's folders, or rests
  eagerness?: Settings["eagerness"];
  engine?: EngineStatus; // elsewhere, that was chosen
  answers?: Answers; // what came of the requests so far
}

/** In groups, the likeliest first; none is empty. */
export function statusActions(state: StatusState, inputs: ActionInputs = {}): StatusActionGroup[] {
  const groups = [
    { name: "now", actions: [...aboutState(state, inputs), ...here(state, inputs)] },
    { name: "suggestions", actions: aboutSuggestions(state, inputs) },
    { name: "model and workspace", actions: aboutModel(state, inputs) },
    { name: "more", actions: more(state) },
  ];
  return groups.filter(({ actions }) => actions.length > 0);
}

const RESTART: StatusAction = { title: "Restart the model", command: "sotto.restartHost" };

function aboutState(state: StatusState, { eagerness = "usual", answers = {}, engine }: ActionInputs): StatusAction[] {
  return [...aboutEngine(engine), ...aboutWhatIsShown(state, eagerness, answers)];
}

/** What brings the engine back that was chosen. */
function aboutEngine(engine: EngineStatus | undefined): StatusAction[] {
  const again: StatusAction = {
    title: "Try the engine again",
    description: engine?.url,
    command: "sotto.tryEngineAgain",
  };
  if (engine?.state === "resting") return [again, { title: "Set engine key…", command: "sotto.setEngineKey" }];
  if (engine?.state !== "needsConsent") return [];
  return [{ title: "Decide whether code is sent there…", description: engine.url, command: "sotto.chooseEngine" }];
}

function aboutWhatIsShown(state: StatusState, eagerness: Settings["eagerness"], answers: Answers): StatusAction[] {
  if (state.kind === "failed") return [{ ...RESTART, description: state.action }];
  if (state.kind === "snoozed") return [{ title: "Cancel snooze", command: "sotto.cancelSnooze" }];
  if (!suggests(state)) return [];
  const { nothing, repeats, counted } = answers;
  return [
    ...(repeats ? repeatsActions(repeats) : []),
    ...(nothing ? [nothingAction(nothing, eagerness, counted)] : []),
  ];
}

function aboutSuggestions(state: StatusState, { languageId, eagerness = "usual" }: ActionInputs): StatusAction[] {
  const actions: StatusAction[] = [];
  if (suggests(state) && eagerness !== "more")
    actions.push({ title: "Show more suggestions", description: inSteps(eagerness), command: "sotto.showMore" });
  if (suggests(state) && eagerness !== "fewer")
    actions.push({ title: "Show fewer suggestions", description: inSteps(eagerness), command: "sotto.showFewer" });
  const isSilent = state.kind === "snoozed" || state.kind === "quiet";
  if (!isSilent && state.kind !== "off") actions.push({ title: "Snooze…", command: "sotto.snooze" });
  if (state.kind === "quiet") actions.push({ title: "Leave quiet mode", command: "sotto.leaveQuietMode" });
  else if (!isSilent)
    actions.push({ title: "Quiet mode", description: "only where I ask", command: "sotto.enterQuietMode" });
  if (languageId !== undefined && languageSupported(languageId)) {
    const isOff = state.kind === "off" || state.kind === "languageOff";
    const command = isOff ? "sotto.enableLanguage" : "sotto.disableLanguage";
    actions.push({ title: `Switch ${isOff ? "on" : "off"} for ${languageId}`, command });
  }
  return actions;
}

/** What needs an open file in which Sotto suggests. */
function here(state: StatusState, { languageId }: ActionInputs): StatusAction[] {
  if (languageId === undefined || !(suggests(state) || state.kind === "quiet" || state.kind === "snoozed")) return [];
  return [
    { title: "Suggest here", description: "Alt+\\, and Alt+] for the next one", command: "sotto.completeHere" },
    { title: "Show context here", description: "what the model sees at the cursor", command: "sotto.showContext" },
    { title: "Explain the suggestion here", description: "or why there is none", command: "sotto.explain" },
  ];
}

function aboutModel(state: StatusState, { jobs, trustedFolder = false }: ActionInputs): StatusAction[] {
  const actions: StatusAction[] = [{ title: "Choose model…", command: "sotto.chooseModel" }];
  actions.push({ title: "Choose engine…", description: "a server that writes", command: "sotto.chooseEngine" });
  if (jobs?.work) actions.push({ title: "Show fine-tuning progress", command: "sotto.fineTune" });
  if (jobs?.work) actions.push({ title: "Pause fine-tuning", command: "sotto.pauseFineTuning" });
  if (jobs?.rest) actions.push({ title: "Resume fine-tuning", command: "sotto.resumeFineTuning" });
  if (jobs?.work || jobs?.rest) actions.push({ title: "Cancel fine-tuning…", command: "sotto.cancelFineTuning" });
  else if (trustedFolder) actions.push({ title: "Fine-tune on this workspace", command: "sotto.fineTune" });
  if (state.kind === "ready" && state.adapter)
    actions.push({ title: "Manage fine-tuned versions…", command: "sotto.adapters" });
  return actions;
}

function more(state: StatusState): StatusAction[] {
  return [
    { title: "Show dashboard", command: "sotto.showDashboard" },
    { title: "Show statistics", command: "sotto.showStatistics" },
    { title: "Show log", command: "sotto.showLog" },
    { title: "Report a problem…", command: "sotto.reportProblem" },
    ...(state.kind === "failed" ? [] : [RESTART]),
    { title: "Settings", command: "workbench.action.openSettings", argument: "@ext:sotto.sotto" },
    { title: "Get started", command: "sotto.openWalkthrough" },
  ];
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

/** A click shows what is repeated; beside it is what decides about such suggestions. */
function repeatsActions({ words, place }: NonNullable<Answers["repeats"]>): StatusAction[] {
  const settings = { command: "workbench.action.openSettings", argument: "sotto.licenceGuard" } as const;
  const title = `The last suggestion ${words}`;
  if (place === undefined) return [{ title, ...settings }];
  return [
    { title, description: "open it there", command: "vscode.open", argument: place },
    { title: "Mark, hide or ignore copies…", description: "sotto.licenceGuard", ...settings },
  ];
}

const inSteps = (eagerness: Settings["eagerness"]): string => `now: ${eagerness} (sotto.eagerness)`;
