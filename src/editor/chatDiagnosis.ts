// What a person is told about Sotto's model in VS Code's chat: each condition in a line, and the first that is missing. Pure.

export interface ChatState {
  /** Whether this VS Code lets extensions offer models. */
  hasApi: boolean;
  vsCode: string; // version
  /** The model in use; undefined where none runs. */
  model?: string;
  /** Whether it is offered: a model of the user's own that was tuned for conversations. */
  isOffered: boolean;
  usesServer: boolean;
  /** How many models of Sotto VS Code lists; undefined where it cannot be asked. */
  listed?: number;
  /** Models of the user's own that are not in use. */
  others: { name: string; problem?: string }[];
  /** The setting for VS Code's small chores; `isKnown`: whether this VS Code has it. */
  utility: { isKnown: boolean; value: string };
  /** What came of a test question; absent where none was asked. */
  answer?: { firstMs: number; wholeMs: number } | { error: string };
}

export type MissingForChat = "api" | "model" | "utility" | "answer";

export interface ChatDiagnosis {
  headline: string;
  lines: string[];
  missing?: MissingForChat;
}

const HEADLINES: Readonly<Record<MissingForChat, string>> = {
  api: "This VS Code lets no extension offer models for its chat.",
  model: "No model of Sotto is offered in the chat.",
  utility: "The model is offered and answers; without an account VS Code may lack one for its small chores.",
  answer: "The model is offered, but it did not answer a test question.",
};

export function chatDiagnosis(state: ChatState): ChatDiagnosis {
  const { hasApi, vsCode, isOffered, utility, answer } = state;
  const failed = answer !== undefined && "error" in answer;
  const missing = !hasApi
    ? "api"
    : !isOffered
      ? "model"
      : failed
        ? "answer"
        : utility.isKnown && utility.value === ""
          ? "utility"
          : undefined;
  const lines = [
    `VS Code ${vsCode}: extensions ${hasApi ? "can" : "cannot"} offer models.`,
    modelLine(state),
    ...listedLine(state),
    ...state.others.map(({ name, problem }) => `Not offered: ${name}, ${problem ?? "since another model is in use"}.`),
    utilityLine(utility),
    ...answerLine(answer),
  ];
  return {
    headline: missing ? HEADLINES[missing] : "Sotto's model answers in the chat.",
    lines,
    ...(missing && { missing }),
  };
}

function modelLine({ model, isOffered, usesServer }: ChatState): string {
  if (usesServer) return "Completions come from a server; a server's model is not offered in the chat.";
  if (model === undefined) return "No model runs yet.";
  return isOffered
    ? `Offered: ${model}, on this machine.`
    : `Not offered: ${model}, since it is not known to be tuned for conversations (Sotto's own two models complete code).`;
}

function listedLine({ listed, isOffered }: ChatState): string[] {
  if (listed === undefined || !isOffered) return [];
  return [
    listed > 0 ? "VS Code lists it." : "VS Code does not list it yet: look into Manage Models in the chat's list.",
  ];
}

function utilityLine({ isKnown, value }: ChatState["utility"]): string {
  if (!isKnown) return "This VS Code has no setting for a utility model.";
  const name = "chat.byokUtilityModelDefault";
  return value === "" ? `${name} is not set: without an account VS Code may refuse to chat.` : `${name} is ${value}.`;
}

function answerLine(answer: ChatState["answer"]): string[] {
  if (!answer) return [];
  if ("error" in answer) return [`Test question: ${answer.error}`];
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return [`Test question: first words after ${seconds(answer.firstMs)}, done after ${seconds(answer.wholeMs)}.`];
}
