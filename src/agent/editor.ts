// What the agent must know of the editor that has started it: its settings, its folders, and what else it is served. Types only.

import type { Connection, InitializeParams, ServerCapabilities } from "vscode-languageserver/node";
import type { AskDefinitions } from "../context/sources/editorDefinitions.ts";
import type { AgentConfiguration } from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";
import type { Session } from "./session.ts";

/** Our own extension, or any editor that speaks the protocol. */
export interface Editor {
  /** What a window begins with. */
  open(connection: Connection, params: InitializeParams): EditorWindow;
  /** Resolves when the window has told all that it has to tell before work begins; absent where `open` knows all of it. */
  settled?(connection: Connection, session: Session): Promise<void>;
  /** Features beside those that every editor is served. */
  features: readonly Feature[];
  /** The capabilities of these features. */
  capabilities: ServerCapabilities;
}

export interface EditorWindow {
  configuration: AgentConfiguration;
  roots: readonly string[]; // of the workspace folders on this machine, as paths
  askDefinitions: AskDefinitions;
  readClipboard: () => Promise<string | undefined>;
}
