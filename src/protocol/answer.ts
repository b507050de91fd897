// An answer of the agent to what a person asked for. Types only.

import type { UserErrorData } from "../../common/errors.ts";

/** What may fail in a way that a person can act on. */
export type Answer<T> = { value: T } | { error: UserErrorData };
