// The agent's statistics: what became of suggestions, and the window's counters.

import {
  type ActedParams,
  AgentMethod,
  type Counters,
  type DashboardAnswer,
  type ResetStatisticsParams,
  type StatisticsAnswer,
} from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";

export const serveStatistics: Feature = (connection, session) => {
  const { feedback, completer, counts, documents, host, parsers } = session;
  connection.onRequest(AgentMethod.statistics, (): StatisticsAnswer => ({ text: feedback.report() }));
  connection.onRequest(AgentMethod.dashboard, (): DashboardAnswer => feedback.dashboard());
  connection.onRequest(
    AgentMethod.resetStatistics,
    (params: ResetStatisticsParams): StatisticsAnswer => ({ text: feedback.reset(params) }),
  );
  connection.onNotification(AgentMethod.acted, (params: ActedParams) => {
    const languageId = documents.get(params.uri)?.languageId;
    if (languageId !== undefined) feedback.acted({ ...params, languageId });
  });
  connection.onRequest(AgentMethod.counters, (): Counters => {
    const { pid: hostPid } = host.status();
    const window = { agentPid: process.pid, hostPid, syntax: parsers.kind };
    return { ...completer.counts(), ...counts, feedback: feedback.counts(), ...window };
  });
};
