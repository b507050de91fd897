// `sotto models …`: lists the models, verifies that their files are complete, adds and removes models.

import { existsSync } from "node:fs";
import path from "node:path";
import { badInput, modelInUse } from "../../common/errors.ts";
import { exportModel, MODEL_FORMS } from "../../finetune/store/exportModel.ts";
import {
  type ListedModel,
  listModels,
  requireWhole,
  type VerifyResult,
  verifyModel,
} from "../../server/engine/models/catalog.ts";
import { type CatalogEntry, catalogEntries } from "../../server/engine/models/catalogEntries.ts";
import { importModel } from "../../server/engine/models/importModel.ts";
import { isTierModelId } from "../../server/engine/models/tiers.ts";
import { removeUserModel, unfinishedModels, userModelsDir } from "../../server/engine/models/userModels.ts";
import { type AdapterChoice, NO_ADAPTER } from "../../server/host/protocol/adapters.ts";
import { findAdapter } from "../../src/adapters/adapterStore.ts";
import { checkModel } from "../checkModel.ts";
import { defineCommand, type Invocation, type OptionTable, type OptionValues, UsageError } from "../command.ts";
import { hostModel } from "../hostModel.ts";
import { findListed, findModelDir } from "../model.ts";
import { pull } from "../pull.ts";
import { workspaceRoot } from "../sourceFile.ts";
import { inMegabytes, progressLines } from "../transferText.ts";

const options = {
  id: { type: "string", argument: "ID", help: "import: what the model is called here (default: by its file's name)" },
  link: { type: "boolean", help: "import: hard links instead of copies; the source must not be changed then" },
  for: {
    type: "string",
    argument: MODEL_FORMS.join("|"),
    help: "export: Hugging Face's layout (default), or a file for llama.cpp",
  },
  float: { type: "string", argument: "bf16|f32", help: "export: how weights are written (default: bf16)" },
  yes: { type: "boolean", help: "pull, remove: do not ask" },
  "accept-licence": { type: "boolean", help: "pull, import: a licence that forbids some uses is accepted" },
  mirror: { type: "string", argument: "URL", help: "pull: another address than the hub's (default: HF_ENDPOINT)" },
  proxy: { type: "string", argument: "URL", help: "pull: the proxy (default: HTTPS_PROXY, NO_PROXY)" },
} as const satisfies OptionTable;

type Options = OptionValues<typeof options>;
type Run = Invocation<typeof options>;

interface Action {
  argument?: string; // name of the argument; in brackets if optional
  options: readonly (keyof Options)[];
  run(argument: string, invocation: Run): Promise<void>;
}

const actions: Readonly<Record<string, Action>> = {
  list: { options: [], run: list },
  catalog: { options: [], run: catalog },
  verify: { argument: "[ID]", options: [], run: verify },
  pull: { argument: "ID", options: ["yes", "accept-licence", "mirror", "proxy"], run: pullById },
  import: { argument: "PATH", options: ["id", "link", "accept-licence"], run: importFrom },
  export: { argument: "DIR", options: ["for", "float"], run: exportTo },
  remove: { argument: "ID", options: ["yes"], run: remove },
};

const synopsis = Object.entries(actions).map(([name, { argument }]) => (argument ? `${name} ${argument}` : name));

export const models = defineCommand({
  name: "models",
  positionals: synopsis.join("|"),
  options,
  async run(invocation) {
    const [name, argument, ...more] = invocation.positionals;
    const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action)
      throw new UsageError(name === undefined ? `models takes ${synopsis.join(", ")}` : `models has no "${name}"`);
    if (more.length > 0 || (argument !== undefined && !action.argument))
      throw new UsageError(`models ${name} takes no ${more[0] ?? argument}`);
    if (argument === undefined && action.argument && !action.argument.startsWith("["))
      throw new UsageError(`models ${name} takes ${action.argument}`);
    const given = Object.keys(invocation.options) as (keyof Options)[];
    const stray = given.find((option) => !action.options.includes(option));
    if (stray !== undefined) throw new UsageError(`models ${name} takes no --${stray}`);
    await action.run(argument, invocation);
  },
});

async function list(_: string, { io }: Run): Promise<void> {
  const storeDir = userModelsDir();
  const [found, unfinished] = await Promise.all([listModels(), unfinishedModels(storeDir)]);
  const diskBytes = [...found, ...unfinished].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = [
    ...found.map(describe),
    ...unfinished.map(({ id, kind, sizeBytes }) => `${id}  unfinished ${kind}, ${inMegabytes(sizeBytes)}`),
    `${inMegabytes(diskBytes)} on the disk in all; your own models lie in ${storeDir}`,
  ];
  io.result({ models: found, unfinished, diskBytes, storeDir }, lines.join("\n"));
}

function describe(model: ListedModel): string {
  if (model.state === "broken") {
    const { id, dir, sizeBytes, problem } = model;
    return `${id}  cannot be used (${inMegabytes(sizeBytes)}): ${problem}\n  ${dir}`;
  }
  const { id, name, licence, parameters, sizeBytes, contextLength, vocabSize, dir, source } = model;
  const facts = [
    `${(parameters / 1e6).toFixed(0)}M weights`,
    inMegabytes(sizeBytes),
    `${contextLength} positions`,
    `${vocabSize} tokens`,
    `licence ${licence}`,
    ...(source?.kind === "pull" ? [`from ${source.url}, ${source.revision.slice(0, 12)}`] : []),
    ...(source?.kind === "import" ? [`from ${source.path}`] : []),
  ];
  return `${id}  ${name}: ${facts.join(", ")}\n  ${dir}`;
}

async function catalog(_: string, { io }: Run): Promise<void> {
  const there = new Set((await listModels()).map(({ id }) => id));
  const entries = catalogEntries.map((entry) => ({ ...entry, installed: there.has(entry.id) }));
  io.result({ models: entries }, entries.map(offer).join("\n"));
}

function offer({ id, name, licence, installed, ...entry }: CatalogEntry & { installed: boolean }): string {
  const facts = [
    `${(entry.parameters / 1e9).toFixed(1)}B weights`,
    `about ${inMegabytes(entry.downloadBytes)} to download and ${inMegabytes(entry.memoryNeedBytes)} of memory`,
    `${entry.contextLength} positions`,
    `licence ${licence.spdx}`,
  ];
  const note = licence.note === "" ? "" : `\n  ${licence.note}`;
  return `${installed ? "*" : " "} ${id}  ${name}: ${facts.join(", ")}${note}`;
}

async function verify(id: string | undefined, { io }: Run): Promise<void> {
  const chosen = id === undefined ? await listModels() : [await findListed(id)];
  const usable = chosen.filter(({ state }) => state === "usable");
  const results = await Promise.all(usable.map(({ dir }) => verifyModel(dir)));
  const broken = chosen.filter((model) => model.state === "broken");
  const lines = [...results.map(report), ...broken.map(describe)];
  const document = results.length === 1 && broken.length === 0 ? results[0] : { models: results, broken };
  io.result(document, lines.join("\n"));
  for (const result of results) requireWhole(result); // the check is the result; a failed check decides only the exit status
  if (broken.length > 0) throw badInput(`The model ${broken[0].id} cannot be used.`, broken[0].problem);
}

function report({ id, ok, files, dir }: VerifyResult): string {
  const width = Math.max(...files.map(({ path }) => path.length));
  const lines = files.map(({ path, sizeBytes, state }) => `  ${path.padEnd(width)}  ${sizeBytes} bytes  ${state}`);
  return `${id}: ${ok ? "whole" : "damaged"} (${dir})\n${lines.join("\n")}`;
}

async function pullById(id: string, { options, global, io, signal }: Run): Promise<void> {
  await pull(id, { ...options, acceptLicence: options["accept-licence"], json: global.json }, io, signal);
}

async function importFrom(source: string, { options, io, signal }: Run): Promise<void> {
  const { id, link, "accept-licence": acceptsLicence } = options;
  const run = { check: checkModel(io.log), onProgress: progressLines(io.log) };
  const model = await importModel(source, { id, link, acceptsLicence, signal, ...run });
  io.result(
    model,
    `${describe(model)}\nimported; \`--model ${model.id}\` runs it, or its folder in the setting sotto.model`,
  );
}

async function exportTo(dir: string, { options, global, io }: Run): Promise<void> {
  const { float: type = "bf16" } = options;
  if (type !== "bf16" && type !== "f32") throw new UsageError(`--float takes bf16 or f32, not ${type}`);
  const form = MODEL_FORMS.find((name) => name === (options.for ?? "hf"));
  if (form === undefined) throw new UsageError(`--for takes ${MODEL_FORMS.join(" or ")}, not ${options.for}`);
  const adapter = adapterFolder(global.model.adapter, path.resolve(global.root ?? workspaceRoot(process.cwd())));
  const exported = await exportModel(await findModelDir(global.model.id), dir, { adapter, type, form });
  for (const warning of exported.warnings) io.log(warning);
  io.result(
    exported,
    `${exported.id} is in ${exported.dir}, as it is used${adapter ? ` with ${global.model.adapter}` : ""}, in ${type}`,
  );
}

/** The folder of the adapter that --adapter names; undefined: the model's own. */
const adapterFolder = (adapter: AdapterChoice | undefined, root: string): AdapterChoice | undefined =>
  adapter === undefined || adapter === NO_ADAPTER || existsSync(adapter) ? adapter : findAdapter(root, adapter).dir;

async function remove(id: string, { options, io }: Run): Promise<void> {
  const host = await hostModel();
  const isInUse = host?.id === id && !isTierModelId(id); // otherwise the host runs one of Sotto's own models
  if (isInUse && !options.yes) throw modelInUse(id, host.pid);
  const freedBytes = await removeUserModel(userModelsDir(), id);
  if (freedBytes === undefined) {
    await findListed(id); // its error lists the existing models
    throw badInput(`The model ${id} comes with Sotto.`, "Only models of your own can be removed.");
  }
  io.result({ removed: id, freedBytes }, `${id} is removed: ${inMegabytes(freedBytes)}`);
}
