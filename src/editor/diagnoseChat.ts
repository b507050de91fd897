// "Diagnose Chat": looks at each condition of Sotto's model in VS Code's chat, asks it one test question, and tells all in one message, with a button
// for what is missing. Changes a setting only by that button.

import * as vscode from "vscode";
import type { Answer } from "../protocol/answer.ts";
import { type ChatEnd, ChatMethod, type ChatText } from "../protocol/chat.ts";
import { ModelMethod, type ModelsState } from "../protocol/models.ts";
import { type ChatState, chatDiagnosis } from "./chatDiagnosis.ts";
import type { AgentClient } from "./languageClient.ts";

const QUESTION = "Answer with one word: ready?";
const MOST_TOKENS = 16;
const UTILITY = "byokUtilityModelDefault";
const CHOOSE = "Choose Model…";
const SET_UTILITY = "Let This Model Do Them";

export async function diagnoseChat(agent: AgentClient): Promise<void> {
  const state = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: "Looking at the chat …", cancellable: true },
    (_progress, token) => stateOf(agent, token),
  );
  const { headline, lines, missing } = chatDiagnosis(state);
  const button = missing === "model" ? CHOOSE : missing === "utility" ? SET_UTILITY : undefined;
  const detail = lines.join("\n");
  const picked = await vscode.window.showInformationMessage(
    headline,
    { modal: true, detail },
    ...(button ? [button] : []),
  );
  if (picked === CHOOSE) await vscode.commands.executeCommand("sotto.chooseModel");
  if (picked === SET_UTILITY)
    await vscode.workspace.getConfiguration("chat").update(UTILITY, "mainAgent", vscode.ConfigurationTarget.Global);
}

async function stateOf(agent: AgentClient, token: vscode.CancellationToken): Promise<ChatState> {
  const { model, conversations, engine, state } = agent.model;
  const hasApi = typeof vscode.lm?.registerLanguageModelChatProvider === "function";
  const isOffered = !engine && state !== "failed" && model !== undefined && conversations !== undefined;
  const utility = vscode.workspace.getConfiguration("chat").inspect<string>(UTILITY);
  const listed = hasApi ? await listedOf() : undefined;
  const answer = isOffered ? await testAnswer(agent, token) : undefined;
  return {
    ...{ hasApi, vsCode: vscode.version, isOffered, usesServer: engine !== undefined },
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
        ? "it was cancelled."
        : error instanceof Error
          ? error.message
          : String(error),
    };
  }
}
