// `sotto adapters …`: the adapters of a workspace: list, choose, compare, remove, and exchange them in PEFT's layout.

import path from "node:path";
import { runCommand } from "../../finetune/commands.ts";
import type { AdapterComparison } from "../../finetune/judge/compare.ts";
import type { Comparison } from "../../finetune/judge/comparison.ts";
import { ADAPTER_FORMS, type AdapterForm, exportAdapter } from "../../finetune/store/exportAdapter.ts";
import { importAdapter } from "../../finetune/store/importAdapter.ts";
import {
  activeAdapter,
  adapterOff,
  type ListedAdapter,
  readStore,
  removeAdapter,
  renameAdapter,
  rollBack,
  useAdapter,
} from "../../src/adapters/adapterStore.ts";
import { defineCommand, type GlobalOptions, type Invocation, UsageError } from "../command.ts";
import { findModelDir } from "../model.ts";
import { workspaceRoot } from "../sourceFile.ts";

interface Action {
  takes: readonly string[]; // names of its arguments
  run(root: string, args: string[], invocation: Invocation): Promise<void> | void;
}

const actions: Readonly<Record<string, Action>> = {
  list: { takes: [], run: list },
  use: {
    takes: ["ID"],
    run: (root, [id], { io }) => {
      useAdapter(root, id);
      io.result({ active: id }, `${id} is in use from the next request on`);
    },
  },
  off: {
    takes: [],
    run: (root, _args, { io }) => {
      adapterOff(root);
      io.result({ active: null }, "the model is used as it is");
    },
  },
  rollback: {
    takes: [],
    run: (root, _args, { io }) => {
      const active = rollBack(root);
      io.result({ active }, active === null ? "the model is used as it is" : `${active} is in use again`);
    },
  },
  remove: {
    takes: ["ID"],
    run: (root, [id], { io }) => {
      removeAdapter(root, id);
      io.result({ removed: id, active: activeAdapter(root)?.id ?? null }, `${id} is removed`);
    },
  },
  rename: {
    takes: ["ID", "NAME"],
    run: (root, [id, name], { io }) => {
      renameAdapter(root, id, name);
      io.result({ id, name: name.trim() }, `${id} is called ${name.trim()}`);
    },
  },
  export: {
    takes: ["ID", "DIR"],
    run: async (root, [id, dir], { global, io, options }) => {
      const form = formOf((options as { for?: string }).for);
      const exported = await exportAdapter(root, id, dir, await findModelDir(global.model.id), undefined, form);
      for (const warning of exported.warnings) io.log(warning);
      io.result(exported, `${id} is in ${exported.dir}, as an adapter of ${exported.base} of rank ${exported.rank}`);
    },
  },
  import: {
    takes: ["DIR"],
    run: async (root, [dir], { global, io }) => {
      const imported = await importAdapter(root, dir, await findModelDir(global.model.id));
      for (const warning of imported.warnings) io.log(warning);
      io.result(imported, `imported as ${imported.id}; \`sotto adapters use ${imported.id}\` puts it into use`);
    },
  },
  compare: { takes: ["ID", "ID"], run: compare },
};

export const adapters = defineCommand({
  name: "adapters",
  positionals: Object.entries(actions)
    .map(([name, { takes }]) => [name, ...takes].join(" "))
    .join("|"),
  options: {
    for: {
      type: "string",
      argument: ADAPTER_FORMS.join("|"),
      help: "export: peft (default) on the plain base; vllm, gguf (llama.cpp) on what `sotto models export` writes",
    },
  },
  async run(invocation) {
    const { positionals, global } = invocation;
    const [name, ...args] = positionals;
    const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action)
      throw new UsageError(name === undefined ? "adapters takes list, use ID, …" : `adapters has no "${name}"`);
    if (args.length !== action.takes.length)
      throw new UsageError(`adapters ${name} takes ${action.takes.join(" and ") || "nothing more"}`);
    await action.run(rootOf(global), args, invocation);
  },
});

function formOf(form: string | undefined): AdapterForm | undefined {
  const found = ADAPTER_FORMS.find((name) => name === form);
  if (form === undefined || found) return found;
  throw new UsageError(`--for takes ${ADAPTER_FORMS.join(", ")}, not ${form}`);
}

const rootOf = ({ root }: GlobalOptions): string => path.resolve(root ?? workspaceRoot(process.cwd()));

function list(root: string, _args: string[], { io }: Invocation): void {
  const { active, history, adapters: found, problems } = readStore(root);
  for (const problem of problems) io.log(problem);
  const lines = found.length > 0 ? found.map(describe) : ["this workspace has no adapters"];
  io.result({ root, active: active?.id ?? null, history, adapters: found, problems }, lines.join("\n"));
}

function describe({ id, name, active, createdMs, facts, origin, sizeBytes }: ListedAdapter): string {
  const { gain, interval, forgetting, cases } = facts;
  const figures = [
    new Date(createdMs).toISOString().slice(0, 16).replace("T", " "),
    origin,
    `${(sizeBytes / 1e6).toFixed(1)} MB`,
    gain === null
      ? undefined
      : `exact match ${points(gain)}${interval ? ` (${interval.map(points).join(" to ")})` : ""}`,
    forgetting === null ? undefined : `forgetting ${forgetting.toFixed(1)} points`,
    cases === null ? undefined : `${cases} cases`,
  ];
  const title = `${active ? "*" : " "} ${id}${name === id ? "" : `  ${name}`}`;
  return `${title}\n    ${figures.filter((figure) => figure !== undefined).join(", ")}`;
}

const points = (share: number): string => `${share >= 0 ? "+" : ""}${(100 * share).toFixed(1)}`;

async function compare(root: string, [first, second]: string[], { global, io, signal }: Invocation): Promise<void> {
  if (first === second) throw new UsageError("adapters compare takes two different adapters");
  const modelDir = await findModelDir(global.model.id);
  const params = { root, modelDir, first, second, threads: global.model.threads };
  const result = (await runCommand("compare", params, signal, io.log)) as AdapterComparison;
  const { heldOut, general } = result;
  const lines = [
    ...figuresOf("held out", heldOut, first, second),
    ...figuresOf("general code", general, first, second),
  ];
  io.result({ first, second, ...result }, lines.join("\n"));
}

function figuresOf(
  title: string,
  { cases, before, after, gains }: Comparison,
  first: string,
  second: string,
): string[] {
  const row = (measure: "exactMatch" | "editSimilarity" | "loss") => {
    const [low, high] = gains[measure].interval.map((end) => end.toFixed(3));
    const values = `${first} ${before[measure].toFixed(3)}, ${second} ${after[measure].toFixed(3)}`;
    return `  ${measure.padEnd(15)} ${values}, gain ${gains[measure].mean.toFixed(3)} (${low} to ${high})`;
  };
  return [`${title}, ${cases} cases`, row("exactMatch"), row("editSimilarity"), row("loss")];
}
