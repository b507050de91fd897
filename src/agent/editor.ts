// What the agent must know of the editor that has started it: its settings, its folders, and what else it is served. Types only.

import type { Connection, InitializeParams, ServerCapabilities } from "vscode-languageserver/node";
import type { Feature } from "./feature.ts";
import type { EditorWindow, Session } from "./session.ts";

/** Our own extension, or any editor that speaks the protocol. */
export interface Editor {
  open(connection: Connection, params: InitializeParams): EditorWindow;
  /** Resolves when the window has told all that it has to tell before work begins; absent where `open` knows all of it. */
  settled?(connection: Connection, session: Session): Promise<void>;
  /** Features beside those that every editor is served. */
  features: readonly Feature[];
  /** The capabilities of these features. */
  capabilities: ServerCapabilities;
}
