// "Show Dashboard": the agent's page about what became of suggestions, and the commands that its buttons name.

import * as vscode from "vscode";
import { AgentMethod, type DashboardAnswer } from "../protocol/messages.ts";
import type { AgentClient } from "./languageClient.ts";
import { openPage } from "./pagePanel.ts";

const COMMANDS = ["sotto.showFewer", "sotto.resetStatistics"];

export async function showDashboard(agent: AgentClient): Promise<void> {
  const content = await agent.request<DashboardAnswer>(AgentMethod.dashboard);
  const page = openPage({
    kind: "dashboard",
    content,
    async onMessage({ command }) {
      if (typeof command !== "string" || !COMMANDS.includes(command)) return;
      await vscode.commands.executeCommand(command);
      page.update(await agent.request<DashboardAnswer>(AgentMethod.dashboard));
    },
  });
}
