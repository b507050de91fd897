// The agent's answers in the editor's chat: the conversation goes to the window's model with the rank of a command, so that completions go first.

import { ProgressType } from "vscode-languageserver/node";
import { badInput, chatFailed } from "../../common/errors.ts";
import { chatCall } from "../actions/chatCall.ts";
import { type ChatAnswer, type ChatEnd, ChatMethod, type ChatParams, type ChatText } from "../protocol/chat.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

const textType = new ProgressType<ChatText>();
export const serveChat: Feature = (connection, session) => {
  const answered = answering(connection, chatFailed);

  async function answer({ turns, maxTokens, progressToken }: ChatParams, signal: AbortSignal): Promise<ChatEnd> {
    const [earlier, last] = [turns.slice(0, -1), turns.at(-1)];
    if (!last) throw badInput("There is no question.", "Write one.");
    const { stop } = await session
      .modelFor("")
      .generate(
        chatCall(earlier, last.text, maxTokens),
        (text) => void connection.sendProgress(textType, progressToken, { text }),
        signal,
      );
    if (stop === "noConversation")
      throw badInput(
        "The model in use answers no questions: it completes code.",
        "Choose one that was tuned to answer.",
      );
    return { wasCut: stop === "maxTokens" };
  }

  connection.onRequest(
    ChatMethod.ask,
    (params: ChatParams, token): Promise<ChatAnswer> => answered("chat", token, (signal) => answer(params, signal)),
  );
};
