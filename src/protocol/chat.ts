// Chat: questions to a model of the user's own, from the editor's chat. Types and names only: both sides include it.

import type { Answer } from "./answer.ts";

/** What the model in use can do with a conversation; part of `ModelStatus`. */
export interface Conversations {
  maxPromptTokens: number;
  maxAnswerTokens: number;
}

/** The user's and the model's turns alternate; the user's come first and last. */
export interface ChatParams {
  turns: { role: "user" | "assistant"; text: string }[];
  maxTokens: number; // of the answer
  progressToken: string;
}

/** Progress: what was written since the last one. */
export interface ChatText {
  text: string;
}

export interface ChatEnd {
  wasCut: boolean; // the answer is as long as it may be, and would go on
}

export type ChatAnswer = Answer<ChatEnd>;

export const ChatMethod = {
  ask: "sotto/chat", // request, extension → agent: ChatParams, ChatAnswer; the text arrives as progress
} as const;
