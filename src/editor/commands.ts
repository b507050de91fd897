// The handlers of every command, and the fence around them: what a handler throws is logged, never shown while someone types.

import * as vscode from "vscode";
import type { CommandHandlers, CommandId } from "../config/commands.ts";
import { EngineMethod } from "../protocol/engines.ts";
import { AgentMethod } from "../protocol/messages.ts";
import type { ChangeSelectionCommand } from "./changeSelection.ts";
import type { CommitMessageCommand } from "./commitMessage.ts";
import type { Configuration } from "./configuration.ts";
import type { ContextView } from "./contextView.ts";
import { showDashboard } from "./dashboardView.ts";
import { diagnoseChat } from "./diagnoseChat.ts";
import type { DocstringCommand } from "./docstring.ts";
import type { EnginePick } from "./enginePick.ts";
import type { ExplainHereCommand } from "./explainHere.ts";
import type { ExplainView } from "./explainView.ts";
import type { AdaptersPick } from "./fineTune/adaptersPick.ts";
import type { FineTuneCommands } from "./fineTune/fineTuneCommands.ts";
import type { FixCommand } from "./fix.ts";
import type { AgentClient } from "./languageClient.ts";
import type { ModelPick } from "./modelPick.ts";
import type { NextEditView } from "./nextEdit/nextEditView.ts";
import type { ReportCommand } from "./reportCommand.ts";
import type { StatisticsView } from "./statisticsView.ts";
import type { StatusItem } from "./statusItem.ts";
import type { SummaryView } from "./summaryView.ts";
import type { TranslateCommand } from "./translate.ts";
import type { TurnIntoTypescriptCommand } from "./turnIntoTypescript.ts";
import { openWalkthrough, textEditor, tryIt } from "./walkthrough.ts";
import type { WriteTestsCommand } from "./writeTests.ts";

export interface CommandContext {
  agent: AgentClient;
  configuration: Configuration;
  status: StatusItem;
  contextView: ContextView;
  explainView: ExplainView;
  explainHere: ExplainHereCommand;
  summaryView: SummaryView;
  statisticsView: StatisticsView;
  docstring: DocstringCommand;
  fix: FixCommand;
  changeSelection: ChangeSelectionCommand;
  translate: TranslateCommand;
  writeTests: WriteTestsCommand;
  turnIntoTypescript: TurnIntoTypescriptCommand;
  commitMessage: CommitMessageCommand;
  nextEdits: NextEditView;
  fineTune: FineTuneCommands;
  adapters: AdaptersPick;
  models: ModelPick;
  engines: EnginePick;
  report: ReportCommand;
  log: vscode.LogOutputChannel;
}

const LONGEST_SNOOZE_MINUTES = 24 * 60;

/** How long a snooze may last, as the person chooses. */
const SNOOZES: readonly { label: string; minutes: number }[] = [
  { label: "5 minutes", minutes: 5 },
  { label: "15 minutes", minutes: 15 },
  { label: "30 minutes", minutes: 30 },
  { label: "1 hour", minutes: 60 },
  { label: "Until this window is closed", minutes: Number.POSITIVE_INFINITY },
];

/** Registers every command of the table. */
export function registerCommands(context: CommandContext): vscode.Disposable[] {
  const { agent, configuration, status, contextView, explainView, statisticsView, docstring, fix, nextEdits } = context;
  const { commitMessage, fineTune, adapters, models, engines, report, log } = context;
  const switchLanguage = (on: boolean) => {
    const languageId = vscode.window.activeTextEditor?.document.languageId;
    return languageId && configuration.switchLanguage(languageId, on);
  };
  const handlers: CommandHandlers = {
    "sotto.completeHere": async () => {
      await textEditor();
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
    },
    "sotto.disableLanguage": () => switchLanguage(false),
    "sotto.enableLanguage": () => switchLanguage(true),
    "sotto.enterQuietMode": () => configuration.setQuiet(true),
    "sotto.leaveQuietMode": () => configuration.setQuiet(false),
    "sotto.snooze": async (given) => {
      const minutes = typeof given === "number" ? Math.min(given, LONGEST_SNOOZE_MINUTES) : await askMinutes();
      if (minutes !== undefined && minutes > 0) configuration.snooze(minutes * 60_000);
    },
    "sotto.cancelSnooze": () => configuration.snooze(0),
    "sotto.showMore": () => configuration.stepEagerness(1),
    "sotto.showFewer": () => configuration.stepEagerness(-1),
    "sotto.showStatus": () => status.showActions(),
    "sotto.showContext": async () => contextView.show(await textEditor()),
    "sotto.showContextAsText": async () => contextView.showAsText(await textEditor()),
    "sotto.explain": async () => explainView.show(await textEditor()),
    "sotto.explainHere": async () => context.explainHere.explain(await textEditor()),
    "sotto.diagnoseChat": () => diagnoseChat(agent),
    "sotto.summarise": async () => context.summaryView.show(await textEditor()),
    "sotto.showStatistics": () => statisticsView.show(),
    "sotto.showDashboard": () => showDashboard(agent),
    "sotto.resetStatistics": (what) => statisticsView.reset(what),
    "sotto.writeDocstring": () => docstring.write(vscode.window.activeTextEditor),
    "sotto.documentFile": (around) => docstring.writeAll(vscode.window.activeTextEditor, around),
    "sotto.fixHere": (diagnostic) => fix.fix(diagnostic),
    "sotto.fixFile": () => fix.fixAll(vscode.window.activeTextEditor),
    "sotto.changeSelection": (instruction) =>
      context.changeSelection.change(vscode.window.activeTextEditor, instruction),
    "sotto.translate": () => context.translate.translate(vscode.window.activeTextEditor),
    "sotto.writeTests": () => context.writeTests.write(vscode.window.activeTextEditor),
    "sotto.turnIntoTypescript": () => context.turnIntoTypescript.turn(vscode.window.activeTextEditor),
    "sotto.nextEdit": () => nextEdits.next(),
    "sotto.allNextEdits": () => nextEdits.all(),
    "sotto.dismissNextEdits": () => nextEdits.dismiss(),
    "sotto.writeCommitMessage": (view) => commitMessage.write(view),
    "sotto.fineTune": () => fineTune.fineTune(),
    "sotto.pauseFineTuning": () => fineTune.pause(),
    "sotto.resumeFineTuning": () => fineTune.resume(),
    "sotto.cancelFineTuning": () => fineTune.cancel(),
    "sotto.showFineTuningReport": () => fineTune.showReport(),
    "sotto.adapters": () => adapters.show(),
    "sotto.chooseModel": () => models.show(),
    "sotto.importModel": () => models.import(),
    "sotto.chooseEngine": () => engines.show(),
    "sotto.setEngineKey": () => engines.setKey(),
    "sotto.tryEngineAgain": () => agent.notify(EngineMethod.tryAgain, {}),
    "sotto.showLog": () => log.show(),
    "sotto.reportProblem": () => report.make(),
    "sotto.restartHost": () =>
      agent.state === "running" ? agent.request<void>(AgentMethod.restartHost) : agent.restart(),
    "sotto.tryIt": () => tryIt(),
    "sotto.openWalkthrough": () => openWalkthrough(),
  };
  return (Object.keys(handlers) as CommandId[]).map((id) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await handlers[id](...args);
      } catch (error) {
        log.error(`${id}:`, error instanceof Error ? error : String(error));
      }
    }),
  );
}

async function askMinutes(): Promise<number | undefined> {
  return (await vscode.window.showQuickPick(SNOOZES, { title: "No suggestions for" }))?.minutes;
}
