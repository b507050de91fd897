// What an error of the model or of our own is called among the reasons. Owns that mapping alone.

import { UserError } from "../../common/errors.ts";
import type { NoCompletionReason } from "./outcome.ts";

export function failureReason(error: unknown): NoCompletionReason {
  if (!(error instanceof UserError)) return "failed";
  if (error.code === "modelLoading") return "modelLoading";
  return error.code === "hostUnavailable" || error.code === "hostBusy" ? "hostUnavailable" : "failed";
}
