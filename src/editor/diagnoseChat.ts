// "Diagnose Chat": looks at each condition of Sotto's model in VS Code's chat, asks it one test question, and tells all on a page, with a button
// for the next step. Changes a setting only by that button.

import * as vscode from "vscode";
import type { Answer } from "../protocol/answer.ts";
import { type ChatEnd, ChatMethod, type ChatText } from "../protocol/chat.ts";
import { ModelMethod, type ModelsState } from "../protocol/models.ts";
import {
  type ChatDiagnosis,
  type ChatState,
  type ChatStep,
  chatDiagnosis,
  chatDiagnosisPage,
  UTILITY_SETTING,
} from "./chatDiagnosis.ts";
import type { AgentClient } from "./languageClient.ts";
import { openPage } from "./pagePanel.ts";

const QUESTION = "Answer with one word: ready?";
const MOST_TOKENS = 16;
/** How long a model that is being loaded is waited for. */
const LOADING_MS = 20_000;

export async function diagnoseChat(agent: AgentClient): Promise<void> {
  let diagnosis = await looked(agent);
  const page = openPage({
    kind: "chat",
    content: chatDiagnosisPage(diagnosis),
    async onMessage({ kind }) {
      const step = kind === "step" ? diagnosis.next?.step : undefined;
      if (step) await take(step);
      else if (kind !== "again") return;
      diagnosis = await looked(agent);
      page.update(chatDiagnosisPage(diagnosis));
    },
  });
}

async function take(step: ChatStep): Promise<void> {
  if (step !== "setUtility") return vscode.commands.executeCommand(step);
  await vscode.workspace.getConfiguration().update(UTILITY_SETTING, "mainAgent", vscode.ConfigurationTarget.Global);
}

async function looked(agent: AgentClient): Promise<ChatDiagnosis> {
  const options = { location: vscode.ProgressLocation.Notification, title: "Looking at the chat …", cancellable: true };
  return chatDiagnosis(await vscode.window.withProgress(options, (_progress, token) => stateOf(agent, token)));
}

async function stateOf(agent: AgentClient, token: vscode.CancellationToken): Promise<ChatState> {
  await untilLoaded(agent, token);
  const { model, tiers, conversations, engine, state: host } = agent.model;
  const hasApi = typeof vscode.lm?.registerLanguageModelChatProvider === "function";
  const isOffered = !engine && host !== "failed" && model !== undefined && conversations !== undefined;
  const utility = vscode.workspace.getConfiguration().inspect<string>(UTILITY_SETTING);
  const listed = hasApi ? await listedOf() : undefined;
  const answer = isOffered ? await testAnswer(agent, token) : undefined;
  return {
    ...{ hasApi, vsCode: vscode.version, host, isOffered, usesServer: engine !== undefined },
    isOwn: model !== undefined && tiers === undefined,
    ...(model !== undefined && { model }),
    ...(listed !== undefined && { listed }),
    others: await othersOf(agent, model),
    utility: {
      isKnown: utility?.defaultValue !== undefined,
      value: utility?.globalValue ?? utility?.workspaceValue ?? "",
    },
    ...(answer && { answer }),
  };
}

/** Resolves when no model is being loaded (any more), or nobody waits. */
function untilLoaded(agent: AgentClient, token: vscode.CancellationToken): Promise<void> {
  const isLoading = () => agent.state === "starting" || agent.model.state === "starting";
  if (!isLoading()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const one of [changes, cancelling]) one.dispose();
      resolve();
    };
    const timer = setTimeout(end, LOADING_MS);
    const changes = agent.onDidChange(() => !isLoading() && end());
    const cancelling = token.onCancellationRequested(end);
  });
}

const listedOf = (): Promise<number | undefined> =>
  Promise.resolve(vscode.lm.selectChatModels({ vendor: "sotto" })).then(
    ({ length }) => length,
    () => undefined,
  );

/** Models of the user's own beside the one in use; none where the agent does not answer. */
async function othersOf(agent: AgentClient, inUse: string | undefined): Promise<ChatState["others"]> {
  const answer = await agent.request<Answer<ModelsState>>(ModelMethod.list).catch(() => undefined);
  if (!answer || "error" in answer) return [];
  return answer.value.models
    .filter(({ id, comesWithSotto, about }) => !comesWithSotto && about === undefined && id !== inUse)
    .map(({ name, problem }) => ({ name, ...(problem !== undefined && { problem }) }));
}

async function testAnswer(agent: AgentClient, token: vscode.CancellationToken): Promise<ChatState["answer"]> {
  const startMs = performance.now();
  let firstMs: number | undefined;
  try {
    const answer = await agent.requestWithProgress<Answer<ChatEnd>, ChatText>(
      ChatMethod.ask,
      { turns: [{ role: "user", text: QUESTION }], maxTokens: MOST_TOKENS },
      () => {
        firstMs ??= performance.now() - startMs;
      },
      token,
    );
    if ("error" in answer) return { error: `${answer.error.message} ${answer.error.action}` };
    if (firstMs === undefined) return { error: "The model wrote nothing." };
    return { firstMs, wholeMs: performance.now() - startMs };
  } catch (error) {
    return {
      error: token.isCancellationRequested
        ? "It was cancelled."
        : error instanceof Error
          ? error.message
          : String(error),
    };
  }
}
