// The agent's answers about fine-tuning and adapters: LSP wiring, nothing else.

import path from "node:path";
import { fineTuneFailed } from "../../common/errors.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { loggable } from "../../common/util/loggable.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { isTierThere, modelSetting } from "../../server/engine/models/tiers.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { adaptersState, changeAdapters } from "../actions/adapters.ts";
import { FineTuning } from "../actions/fineTune/fineTuning.ts";
import { call } from "../actions/fineTune/script.ts";
import { TypingMark } from "../actions/fineTune/typingMark.ts";
import {
  type AdapterComparison,
  AdapterMethod,
  type AdaptersAnswer,
  type ChangeAdapterAnswer,
  type ChangeAdapterParams,
  type CompareAnswer,
  type CompareParams,
} from "../protocol/adapters.ts";
import type { Answer } from "../protocol/answer.ts";
import {
  type ControlParams,
  FineTuneMethod,
  type FineTuneStatus,
  type FolderParams,
  type LearnersAnswer,
  type PlanAnswer,
  type PlanParams,
  type StartAnswer,
  type StartParams,
} from "../protocol/fineTune.ts";
import type { Feature } from "./feature.ts";
import { answering, rootsOf } from "./languageServer.ts";

export const serveFineTuning: Feature = (connection, session) => {
  const script = {
    file: path.join(packageRoot(import.meta.dirname), "dist", "finetune.cjs"),
    log: (line: string) => connection.console.warn(line),
  };
  const modelDir = () => process.env.SOTTO_MODEL || process.env.SOTTO_MODEL_DIR || ""; // as the host is told
  const fineTuning = new FineTuning({
    ...script,
    settings: () => {
      const { trusted, exclude, threads, keepExamples, ...set } = session.configuration;
      return {
        trusted,
        when: set["fineTune.when"],
        minutes: set["fineTune.minutes"],
        afterClose: set["fineTune.afterClose"],
        python: set["fineTune.python"],
        examples: keepExamples,
        commits: set["fineTune.commits"],
        exclude,
        threads,
        modelDir: modelDir(),
      };
    },
    onChange: (jobs) => {
      const status: FineTuneStatus = { jobs };
      connection.sendNotification(FineTuneMethod.status, status).catch(() => {}); // the window is closing
    },
  });
  const typing = new TypingMark(defaultDataDir());

  const answered = answering(connection, fineTuneFailed);

  connection.onRequest(
    FineTuneMethod.plan,
    ({ root, ...wishes }: PlanParams, token): Promise<PlanAnswer> =>
      answered("plan", token, (signal) => fineTuning.plan(root, signal, wishes)),
  );
  connection.onRequest(FineTuneMethod.learners, (): LearnersAnswer => ({ tiers: learners(modelDir()) }));
  connection.onRequest(
    FineTuneMethod.start,
    ({ root, anew, ...wishes }: StartParams, token): Promise<StartAnswer> =>
      answered("start", token, () => fineTuning.start(root, anew, wishes)),
  );
  connection.onRequest(
    FineTuneMethod.control,
    ({ root, wish }: ControlParams, token): Promise<Answer<null>> =>
      answered(wish, token, () => fineTuning.control(root, wish).then(() => null)),
  );
  connection.onRequest(FineTuneMethod.look, (): FineTuneStatus => {
    fineTuning.look();
    return { jobs: fineTuning.jobs() };
  });
  connection.onRequest(
    AdapterMethod.list,
    ({ root }: FolderParams, token): Promise<AdaptersAnswer> => answered("adapters", token, () => adaptersState(root)),
  );
  connection.onRequest(
    AdapterMethod.change,
    ({ root, change }: ChangeAdapterParams, token): Promise<ChangeAdapterAnswer> =>
      answered(`${change.kind} of an adapter`, token, (signal) =>
        changeAdapters(root, change, { ...script, modelDir }, signal),
      ),
  );
  connection.onRequest(
    AdapterMethod.compare,
    (params: CompareParams, token): Promise<CompareAnswer> =>
      answered("compare", token, (signal) =>
        call<AdapterComparison>(script, "compare", { ...params, modelDir: modelDir() }, signal),
      ),
  );
  session.events.on("initialized", () => {
    connection.workspace
      .getWorkspaceFolders()
      .then((folders) => fineTuning.open(rootsOf(folders)))
      .catch((error) => connection.console.error(`fine-tuning: ${loggable(error)}`));
  });
  session.events.on("typed", () => {
    if (typing.typed(Date.now())) fineTuning.look();
  });
};

/** The tiers to choose from: where both may write (auto), and both are there. */
function learners(setting: string): Tier[] {
  const found = modelSetting(setting);
  const there = TIERS.filter(isTierThere);
  return "choice" in found && found.choice === "auto" && there.length > 1 ? there : [];
}
