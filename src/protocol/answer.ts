// The agent's answer to a person's request. Types only.

import type { UserErrorData } from "../../common/errors.ts";

/** A value, or an error that a person can act on. */
export type Answer<T> = { value: T } | { error: UserErrorData };
