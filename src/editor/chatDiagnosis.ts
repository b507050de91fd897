// What a person is told about Sotto's model in VS Code's chat: the verdict, each condition as a fact, and the one next step. Pure.

import { messageButton, pageControls } from "../../pages/controls.ts";
import { html, nothing } from "../../pages/html.ts";
import type { PageContent } from "../../pages/page.ts";
import type { CommandId } from "../config/commands.ts";

export interface ChatState {
  /** Whether this VS Code lets extensions offer models. */
  hasApi: boolean;
  vsCode: string; // version
  host: "stopped" | "starting" | "ready" | "failed";
  /** The model in use; undefined where none runs. */
  model?: string;
  isOwn: boolean; // a model of the user's own, not Sotto's
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

/** What the button does: a command of Sotto's, or writing the setting for the utility model. */
export type ChatStep = CommandId | "setUtility";

interface Fact {
  /** "missing" needs something before the chat works; "note" is neither good nor bad. */
  kind: "good" | "missing" | "note";
  text: string;
}

export interface ChatDiagnosis {
  headline: string;
  facts: Fact[];
  /** What to do about the first thing that is missing, and its button where one can do it. */
  next?: { text: string; label?: string; step?: ChatStep };
}

export const UTILITY_SETTING = "chat.byokUtilityModelDefault";
const FIRST_WITHOUT_ACCOUNT = 122; // VS Code 1.122

export function chatDiagnosis(state: ChatState): ChatDiagnosis {
  const facts = [
    apiFact(state),
    modelFact(state),
    ...othersFacts(state),
    ...listedFacts(state),
    ...answerFacts(state.answer),
    ...utilityFacts(state),
  ];
  return { ...verdictOf(state), facts };
}

/** The first thing that is missing, in the order in which it has to be mended. */
function verdictOf(state: ChatState): Pick<ChatDiagnosis, "headline" | "next"> {
  const { hasApi, host, model, isOffered, usesServer, others, answer, utility } = state;
  if (!hasApi)
    return {
      headline: "This VS Code lets no extension offer models for its chat.",
      next: { text: "A newer VS Code does, from 1.122 on without an account." },
    };
  if (usesServer)
    return {
      headline: "No model of Sotto is offered in the chat: a server completes.",
      next: {
        text: "Only a model that Sotto runs on this machine is offered.",
        label: "Choose Engine…",
        step: "sotto.chooseEngine",
      },
    };
  if (!isOffered && host === "failed")
    return {
      headline: "No model of Sotto is offered in the chat: the model could not be started.",
      next: { text: "The log says why.", label: "Show Log", step: "sotto.showLog" },
    };
  if (!isOffered && (host !== "ready" || model === undefined))
    return {
      headline: "No model of Sotto is offered in the chat yet: none runs.",
      next: { text: "Start it, and check again.", label: "Start the Model", step: "sotto.restartHost" },
    };
  if (!isOffered) {
    const usable = others.some(({ problem }) => problem === undefined);
    return {
      headline: "No model of Sotto is offered in the chat: the one in use answers no questions.",
      next: usable
        ? {
            text: "Choose a model of your own that was tuned for conversations; the list can also import one.",
            label: "Choose Model…",
            step: "sotto.chooseModel",
          }
        : {
            text: "Import a model that was tuned for conversations: a .gguf file with instruct or chat in its name, best of 1.5 billion parameters or more. Sotto downloads none of that kind itself.",
            label: "Import Model…",
            step: "sotto.importModel",
          },
    };
  }
  if (answer && "error" in answer)
    return {
      headline: "The model is offered, but it did not answer a test question.",
      next: { text: "The log may say why.", label: "Show Log", step: "sotto.showLog" },
    };
  if (utility.isKnown && utility.value === "")
    return {
      headline: "The model is offered and answers; one setting may still be missing.",
      next: {
        text: "Without an account VS Code may refuse to chat until a model does its small chores, such as a chat's title. This one can; the button sets that for you.",
        label: "Let This Model Do Them",
        step: "setUtility",
      },
    };
  return {
    headline: "Sotto's model answers in the chat.",
    next: { text: "Choose it in the list of models under the chat's input, in Ask." },
  };
}

function apiFact({ hasApi, vsCode }: ChatState): Fact {
  if (!hasApi) return { kind: "missing", text: `VS Code ${vsCode} lets no extension offer models.` };
  const [major, minor] = vsCode.split(".").map(Number);
  const needsAccount = major === 1 && minor < FIRST_WITHOUT_ACCOUNT;
  const account = needsAccount ? "; before 1.122 its chat needs a GitHub account" : "";
  return { kind: needsAccount ? "note" : "good", text: `VS Code ${vsCode} lets extensions offer models${account}.` };
}

function modelFact({ model, isOwn, isOffered, usesServer, host }: ChatState): Fact {
  if (usesServer)
    return { kind: "missing", text: "Completions come from a server; a server's model is not offered in the chat." };
  if (isOffered) return { kind: "good", text: `Offered: ${model}, on this machine.` };
  if (model === undefined || host !== "ready") return { kind: "missing", text: "No model runs." };
  const why = isOwn
    ? "neither the name in its file nor its id says that it was tuned for conversations (instruct, chat)"
    : "Sotto's own two models complete code and answer no questions";
  return { kind: "missing", text: `Not offered: ${model}, which is in use; ${why}.` };
}

function othersFacts({ others, isOwn, isOffered }: ChatState): Fact[] {
  if (others.length === 0)
    return isOwn || isOffered ? [] : [{ kind: "missing", text: "There is no model of your own on this machine." }];
  return others.map(({ name, problem }) => ({
    kind: "note",
    text: `Not offered: ${name}, ${problem === undefined ? "which is yours but not in use" : `which cannot be used: ${problem}`}`.replace(
      /\.?$/,
      ".",
    ),
  }));
}

function listedFacts({ listed, isOffered }: ChatState): Fact[] {
  if (listed === undefined || !isOffered) return [];
  return listed > 0
    ? [{ kind: "good", text: "VS Code lists it." }]
    : [{ kind: "missing", text: "VS Code does not list it yet: look into Manage Models in the chat's list." }];
}

function answerFacts(answer: ChatState["answer"]): Fact[] {
  if (!answer) return [];
  if ("error" in answer) return [{ kind: "missing", text: `A test question failed: ${answer.error}` }];
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const { firstMs, wholeMs } = answer;
  return [
    {
      kind: "good",
      text: `A test question had its first words after ${seconds(firstMs)}, and all after ${seconds(wholeMs)}.`,
    },
  ];
}

function utilityFacts({ isOffered, utility: { isKnown, value } }: ChatState): Fact[] {
  if (!isOffered) return []; // the next step comes first
  if (!isKnown) return [{ kind: "note", text: "This VS Code has no setting for the model of its small chores." }];
  return value === ""
    ? [{ kind: "missing", text: `${UTILITY_SETTING} is not set.` }]
    : [{ kind: "good", text: `${UTILITY_SETTING} is ${value}.` }];
}

const MARKS: Readonly<Record<Fact["kind"], string>> = { good: "✓", missing: "✗", note: "–" };
const SPOKEN: Readonly<Record<Fact["kind"], string>> = { good: "in order", missing: "missing", note: "note" };
const STYLE =
  ".facts { list-style: none; padding: 0; } .facts li { padding-left: 1.6em; } .facts .mark { display: inline-block; width: 1.6em; margin-left: -1.6em; }";

export function chatDiagnosisPage({ headline, facts, next }: ChatDiagnosis): PageContent {
  const button = next?.step && next.label ? messageButton(next.label, { kind: "step" }) : nothing;
  const body = html`<h1>${headline}</h1>
${next ? html`<div class="card"><p>${next.text}</p>${button} ${messageButton("Check Again", { kind: "again" })}</div>` : nothing}
<h2>What was looked at</h2>
<ul class="facts">${facts.map(
    ({ kind, text }) =>
      html`<li><span class="mark ${kind === "missing" ? "bad" : kind === "note" ? "soft" : "good"}" role="img" aria-label="${SPOKEN[kind]}">${MARKS[kind]}</span>${text}</li>`,
  )}</ul>
${pageControls}`;
  return { title: "Sotto: the chat", body: body.markup, style: STYLE, data: { headline, facts, next: next?.text } };
}
