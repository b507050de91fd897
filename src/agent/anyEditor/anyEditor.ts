// Any editor that speaks the protocol, and nothing of ours: what it says at the start, and what it is served instead of our extension's messages.

import type { InitializeParams } from "vscode-languageserver/node";
import { TextDocumentSyncKind } from "vscode-languageserver/node";
import type { Editor } from "../editor.ts";
import { rootsOf } from "../languageServer.ts";
import { serveCodeActions } from "./codeActions.ts";
import { COMMANDS, serveCommands } from "./commands.ts";
import { DOCSTRING_KIND, FIX_KIND, NEXT_EDIT_KIND, PIECE_KIND } from "./kinds.ts";
import { serveLoading } from "./loading.ts";
import { endWith } from "./parent.ts";
import { serveReadAhead } from "./readAhead.ts";
import { EditorSettings } from "./settings.ts";

export function anyEditor(): Editor {
  const settings = new EditorSettings();
  const { SOTTO_ENGINE_KEY: engineKey } = process.env;
  delete process.env.SOTTO_ENGINE_KEY; // no process that is started here inherits it
  return {
    open(_connection, params) {
      if (params.processId !== null) endWith(params.processId);
      return {
        configuration: settings.begin(params.initializationOptions).configuration,
        roots: rootsOf(foldersOf(params)),
        askDefinitions: async ({ positions }) => positions.map(() => ({ reason: "editor cannot be asked" })),
        readClipboard: async () => undefined,
        engineKey: async () => engineKey,
      };
    },
    settled: (connection, session) => settings.ask(connection, session),
    features: [settings.serve, serveLoading, serveReadAhead, serveCodeActions, serveCommands],
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      workspace: { workspaceFolders: { supported: true, changeNotifications: false } },
      codeActionProvider: {
        codeActionKinds: [DOCSTRING_KIND, FIX_KIND, PIECE_KIND, NEXT_EDIT_KIND],
        workDoneProgress: false,
      },
      executeCommandProvider: { commands: [...COMMANDS], workDoneProgress: true },
    },
  };
}

/** The folders of the window; none where it shows a single file. Clients before folders have a root only. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams) {
  if (workspaceFolders && workspaceFolders.length > 0) return workspaceFolders;
  return rootUri ? [{ uri: rootUri, name: "root" }] : [];
}
