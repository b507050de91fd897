// The model of the user's own, in the editor's chat: offered where it was tuned to answer questions, and never Sotto's two, which complete code.
// An editor without this interface has none of it.

import * as vscode from "vscode";
import type { Answer } from "../protocol/answer.ts";
import { type ChatEnd, ChatMethod, type ChatParams, type ChatText } from "../protocol/chat.ts";
import type { AgentClient } from "./languageClient.ts";

const VENDOR = "sotto";
const CHARS_PER_TOKEN = 3; // an estimate on the safe side: code has more

type Turn = ChatParams["turns"][number];

export class ChatProvider implements vscode.LanguageModelChatProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeLanguageModelChatInformation = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  #offered = "";

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#disposables = [this.#changed];
    if (typeof vscode.lm?.registerLanguageModelChatProvider !== "function") return;
    const update = () => {
      const offered = this.#offers()?.model ?? "";
      if (offered === this.#offered) return;
      this.#offered = offered;
      this.#changed.fire();
    };
    this.#disposables.push(agent.onDidChange(update), vscode.lm.registerLanguageModelChatProvider(VENDOR, this));
  }

  provideLanguageModelChatInformation(): vscode.LanguageModelChatInformation[] {
    const offered = this.#offers();
    if (!offered) return [];
    const { model, maxPromptTokens, maxAnswerTokens } = offered;
    return [
      {
        id: model,
        name: model,
        family: VENDOR,
        version: "1",
        detail: "on this machine",
        tooltip:
          "Sotto runs it on this machine. What a model of this size says may be wrong, and nothing of it is checked.",
        maxInputTokens: maxPromptTokens,
        maxOutputTokens: maxAnswerTokens,
        capabilities: {},
      },
    ];
  }

  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    { modelOptions }: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const offered = this.#offers();
    if (!offered) throw new Error("The model is not there any more. Choose another one.");
    const asked = Number(modelOptions?.max_tokens ?? offered.maxAnswerTokens);
    const maxTokens = Math.min(offered.maxAnswerTokens, asked > 0 ? Math.floor(asked) : offered.maxAnswerTokens);
    const say = (text: string) => progress.report(new vscode.LanguageModelTextPart(text));
    const answer = await this.#agent.requestWithProgress<Answer<ChatEnd>, ChatText>(
      ChatMethod.ask,
      { turns: turnsOf(messages), maxTokens },
      ({ text }) => say(text),
      token,
    );
    if (token.isCancellationRequested) return;
    if ("error" in answer) throw new Error(`${answer.error.message} ${answer.error.action}`);
    if (answer.value.wasCut) say(`\n\n(cut after ${maxTokens} tokens)`);
  }

  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    return Math.ceil((typeof text === "string" ? text : textOf(text)).length / CHARS_PER_TOKEN);
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  #offers() {
    const { model, conversations, engine, state } = this.#agent.model;
    if (engine || state === "failed" || model === undefined || !conversations) return undefined;
    return { model, ...conversations };
  }
}

/** The messages as turns that alternate, beginning with the user's: neighbours of one role are joined, and what is no text is left out. */
function turnsOf(messages: readonly vscode.LanguageModelChatRequestMessage[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === vscode.LanguageModelChatMessageRole.Assistant ? "assistant" : "user";
    const text = textOf(message);
    const last = turns.at(-1);
    if (text === "" || (!last && role === "assistant")) continue;
    if (last?.role === role) last.text += `\n\n${text}`;
    else turns.push({ role, text });
  }
  if (turns.at(-1)?.role === "assistant") turns.pop();
  return turns;
}

const textOf = ({ content }: vscode.LanguageModelChatRequestMessage): string =>
  content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
