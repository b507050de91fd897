// Whether an engine elsewhere may be used: the last door before anything is sent to one. Pure.

import { isLoopback, originOf } from "../../common/util/engineAddress.ts";
import type { EngineChoice } from "../../server/remote/types.ts";
import { LOCAL_ENGINE } from "../config/engineSettings.ts";
import type { AgentConfiguration } from "../protocol/messages.ts";

/** remote: it may. The others say why the local model writes. */
export type EngineUse =
  | { kind: "local" }
  | { kind: "untrusted" | "needsConsent"; url: string }
  | { kind: "remote"; choice: EngineChoice };

/** Other machines need the person's consent, by origin; an untrusted workspace has the local model. */
export function engineUse(configuration: AgentConfiguration): EngineUse {
  const { trusted, engineConsents = [], "engine.url": given } = configuration;
  if (given === LOCAL_ENGINE) return { kind: "local" };
  const url = given.replace(/\/$/, "");
  if (!trusted) return { kind: "untrusted", url };
  if (!isLoopback(url) && !engineConsents.includes(originOf(url))) return { kind: "needsConsent", url };
  return { kind: "remote", choice: choiceOf(url, configuration) };
}

function choiceOf(url: string, configuration: AgentConfiguration): EngineChoice {
  const {
    "engine.kind": kind,
    "engine.model": model,
    "engine.shape": shape,
    "engine.format": format,
    "engine.contextTokens": contextTokens,
    "engine.adapter": adapter,
    "engine.tokenizer": tokenizerDir,
  } = configuration;
  return {
    url,
    ...(kind !== "auto" && { kind }),
    ...(model !== "" && { model }),
    ...(shape !== "auto" && { shape }),
    ...(format !== "auto" && { format }),
    ...(contextTokens > 0 && { contextTokens }),
    ...(adapter !== "" && { adapter }),
    ...(tokenizerDir !== "" && { tokenizerDir }),
  };
}
