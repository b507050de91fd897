// What is said of engines elsewhere: rows of the pick, the question before anything is sent, the status. Pure; must not import `vscode`.

import { isReadableOnTheWay, originOf } from "../../common/util/engineAddress.ts";
import type { EngineModel, FoundEngine } from "../../server/remote/types.ts";
import { ENGINE_NAMES } from "../config/engineSettings.ts";
import type { EngineStatus } from "../protocol/engines.ts";

interface Row {
  label: string;
  description: string;
  detail?: string;
}

export function engineRow({ kind, url, version, models }: FoundEngine): Row {
  const ids = models.map(({ id }) => id);
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : "";
  return {
    label: `${ENGINE_NAMES[kind]}${version ? ` ${version}` : ""}`,
    description: url,
    ...(ids.length > 0 && { detail: ids.slice(0, MOST_NAMED).join(", ") + more }),
  };
}

const MOST_NAMED = 5;

export function engineModelRow({ id, contextTokens, parent }: EngineModel): Row {
  const context = contextTokens ? [`context of ${contextTokens.toLocaleString("en")} tokens`] : [];
  return { label: id, description: [...context, ...(parent ? [`an adapter of ${parent}`] : [])].join(", ") };
}

/** The question before the first byte of a prompt goes to another machine. */
export function consentQuestion(url: string): { question: string; detail: string; go: string } {
  const plain = isReadableOnTheWay(url)
    ? " The address begins with http://, so everyone on the way can read what is sent; use https:// or a tunnel if you can."
    : "";
  return {
    question: `Send code to ${originOf(url)}?`,
    detail: [
      `For each suggestion, docstring and fix Sotto will send to ${url}: the file around the cursor, and pieces of other files of the workspace`,
      " that its read rules allow. Secrets that it recognises are replaced first, except in the line that you are typing; no rule finds every",
      ` secret. What the server keeps is up to who runs it.${plain} "Sotto: Choose Engine…" takes your consent back.`,
    ].join(""),
    go: "Send Code There",
  };
}

const inSize = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};

/** Which server writes, or why it does not, and what has gone to it. */
export function engineSentence(engine: EngineStatus): string {
  const { state, url, model = "its model", kind, bytesSent, bytesReceived, retryAtMs } = engine;
  const sent = `${inSize(bytesSent)} sent and ${inSize(bytesReceived)} received since this window was opened.`;
  switch (state) {
    case "inUse":
      return `${model} at ${url}${kind ? ` (${ENGINE_NAMES[kind]})` : ""} writes. ${sent}`;
    case "opening":
      return `${url} is being asked; Sotto's own model writes meanwhile.`;
    case "resting": {
      const at =
        retryAtMs === undefined
          ? ""
          : ` It is tried again at ${clock(retryAtMs)}, or at once by "Sotto: Try the Engine Again".`;
      return `Sotto's own model writes, because ${url} has failed.${at} ${sent}`;
    }
    case "needsConsent":
      return `Sotto's own model writes: you have not agreed that code is sent to ${url}. "Sotto: Choose Engine…" asks you.`;
    case "untrusted":
      return `Sotto's own model writes: nothing is sent to ${url} from a workspace that is not trusted.`;
  }
}

/** What stays in the status until it is mended: sentences. */
export function engineProblems({ state, url, problem, isReadableOnTheWay: isPlain }: EngineStatus): string[] {
  const isAsked = state === "inUse" || state === "opening" || state === "resting";
  return [
    ...(isAsked && problem ? [`${problem.message} ${problem.action}`] : []),
    ...(state === "needsConsent" ? [`Nothing is sent to ${url} before you agree: run "Sotto: Choose Engine…".`] : []),
    ...(isAsked && isPlain ? [`What is sent to ${url} is not encrypted: everyone on the way can read it.`] : []),
  ];
}

function clock(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
