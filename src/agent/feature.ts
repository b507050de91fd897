// What a feature of the agent is. Each has a file of its own; main.ts lists them. Types only.

import type { Connection } from "vscode-languageserver/node";
import type { Session } from "./session.ts";

/** Registers a feature's answers with the connection, over what the window has. What else it wants to hear of, the session's events tell. */
export type Feature = (connection: Connection, session: Session) => void;
