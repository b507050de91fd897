// Maps an error, the model's or our own, to a named reason. Owns that mapping alone.

import { UserError } from "../../common/errors.ts";
import type { NoCompletionReason } from "./outcome.ts";

export function failureReason(error: unknown): NoCompletionReason {
  if (!(error instanceof UserError)) return "failed";
  if (error.code === "modelLoading") return "modelLoading";
  if (error.code.startsWith("engine")) return "hostUnavailable";
  return error.code === "hostUnavailable" || error.code === "hostBusy" ? "hostUnavailable" : "failed";
}
