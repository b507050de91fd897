// The type of the agent's features. Each feature has its own file; main.ts lists them. Types only.

import type { Connection } from "vscode-languageserver/node";
import type { Session } from "./session.ts";

/** Registers a feature's handlers with the connection. They use the window's session, and may subscribe to the session's events. */
export type Feature = (connection: Connection, session: Session) => void;
