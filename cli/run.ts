// Runs one command line: finds the command, checks its options, and turns every outcome into an exit status. 0 done, 1 a UserError, 2 wrong
// usage, 130 interrupted. Must not touch `process` itself.

import { parseArgs } from "node:util";
import { Cancelled, UserError } from "../common/errors.ts";
import type { Command, CommandIo, GlobalOptions, OptionTable } from "./command.ts";
import { UsageError, wholeNumber } from "./command.ts";
import { adapters } from "./commands/adapters.ts";
import { bench } from "./commands/bench.ts";
import { change } from "./commands/change.ts";
import { chat } from "./commands/chat.ts";
import { commitMessage } from "./commands/commitMessage.ts";
import { complete } from "./commands/complete.ts";
import { context } from "./commands/context.ts";
import { docstring } from "./commands/docstring.ts";
import { doctor } from "./commands/doctor.ts";
import { evaluate } from "./commands/evaluate.ts";
import { explain } from "./commands/explain.ts";
import { explainHere } from "./commands/explainHere.ts";
import { finetune } from "./commands/finetune.ts";
import { fix } from "./commands/fix.ts";
import { index } from "./commands/index.ts";
import { languageServer } from "./commands/languageServer.ts";
import { models } from "./commands/models.ts";
import { nextEdit } from "./commands/nextEdit.ts";
import { pieces } from "./commands/pieces.ts";
import { replay } from "./commands/replay.ts";
import { report } from "./commands/report.ts";
import { serve } from "./commands/serve.ts";
import { statistics } from "./commands/statistics.ts";
import { summarise } from "./commands/summarise.ts";
import { tests } from "./commands/tests.ts";
import { train } from "./commands/train.ts";
import { translate } from "./commands/translate.ts";
import { turnIntoTypescript } from "./commands/turnIntoTypescript.ts";
import { engineOf } from "./engineOptions.ts";
import { type CliModel, checkDevice, type ModelOptions } from "./model.ts";
import { asksForOverview, overview, SUMMARIES } from "./overview.ts";
import { checkAdapter } from "./workspaceAdapter.ts";

export const commands: readonly Command[] = [
  complete,
  replay,
  context,
  explain,
  docstring,
  fix,
  change,
  pieces,
  tests,
  turnIntoTypescript,
  translate,
  summarise,
  explainHere,
  chat,
  commitMessage,
  nextEdit,
  index,
  evaluate,
  bench,
  train,
  finetune,
  adapters,
  models,
  languageServer,
  serve,
  report,
  statistics,
  doctor,
];

const MODEL_HELP = {
  quick: "the model (default: quick; auto: strong where it is there)",
  recorded: "the model (default: the one that the recording names)",
  auto: "the model (default: auto, which is strong where it is there, else quick)",
};

export const globalOptions = {
  root: { type: "string", argument: "DIR", help: "the workspace (default: nearest folder with .git or package.json)" },
  model: { type: "string", argument: "auto|quick|strong|ID|DIR", help: MODEL_HELP.quick },
  adapter: {
    type: "string",
    argument: "ID|DIR|none",
    help: "an adapter (default: the workspace's, on top of the model's own; none: neither)",
  },
  device: {
    type: "string",
    argument: "auto|cpu|webgpu|…",
    help: "where the model runs (default: cpu; auto: the fastest; also cuda, dml, coreml)",
  },
  threads: { type: "string", argument: "N", help: "processor threads (default: by the machine)" },
  seed: { type: "string", argument: "N", help: "seed of the sampler (it counts where the temperature is above 0)" },
  json: { type: "boolean", help: "one JSON document on one line" },
  help: { type: "boolean", help: "this text" },
} as const satisfies OptionTable;

export const ExitStatus = { done: 0, userError: 1, usage: 2, interrupted: 130 } as const;

/** A run's access to the outside; `main.ts` passes the real one. */
export interface CliEnvironment {
  stdout(text: string): void;
  stderr(text: string): void;
  loadModel(options: ModelOptions): Promise<CliModel>;
  signal: AbortSignal; // fires on Ctrl+C
}

/** Runs `args` (without node and script) and returns the exit status. @throws only for a bug */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  const log = (line: string) => environment.stderr(`${line}\n`);
  const [name, ...rest] = args;
  try {
    if (name === undefined) throw new UsageError("no command was given");
    if (asksForOverview(args)) {
      environment.stdout(overview());
      return ExitStatus.done;
    }
    const command = commands.find((candidate) => candidate.name === name);
    if (!command)
      throw new UsageError(`there is no command "${name}"; there are ${commands.map((c) => c.name).join(", ")}`);
    return await runCommand(command, rest, environment);
  } catch (error) {
    if (error instanceof UsageError) {
      log(`sotto: ${error.message}. \`sotto help\` lists the commands.`);
      return ExitStatus.usage;
    }
    if (environment.signal.aborted || error instanceof Cancelled) {
      log("sotto: interrupted; nothing was written.");
      return ExitStatus.interrupted;
    }
    if (error instanceof UserError) {
      log(`sotto: ${error.message} ${error.action}`);
      return ExitStatus.userError;
    }
    throw error;
  }
}

async function runCommand(command: Command, args: string[], environment: CliEnvironment): Promise<number> {
  const { values, positionals } = parse(command, args);
  if (values.help) {
    environment.stdout(usage(command));
    return ExitStatus.done;
  }
  const { global, options } = split(values, command);
  const io: CommandIo = {
    result: (document, readable) =>
      environment.stdout(`${global.json ? JSON.stringify(document) : readable.trimEnd()}\n`),
    log: (line) => environment.stderr(`${line}\n`),
    async loadModel(options) {
      const model = await environment.loadModel(options);
      const { fallbackReason } = model.status();
      if (fallbackReason) environment.stderr(`${fallbackReason}\n`);
      return model;
    },
  };
  await command.run({ options, positionals, global, io, signal: environment.signal });
  return environment.signal.aborted ? ExitStatus.interrupted : ExitStatus.done;
}

type Values = Record<string, string | boolean | undefined>;

function parse(command: Command, args: string[]): { values: Values; positionals: string[] } {
  const table: OptionTable = { ...globalOptions, ...command.options };
  const options = Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, { type }]));
  try {
    const parsed = parseArgs({ args, options, strict: true, allowPositionals: command.positionals !== undefined });
    return { values: parsed.values as Values, positionals: parsed.positionals };
  } catch (error) {
    // parseArgs appends advice to some messages, as a second sentence
    throw new UsageError(`sotto ${command.name}: ${(error as Error).message.split(". ")[0].replace(/\.$/, "")}`);
  }
}

function split(
  values: Values,
  { options: ownOptions, defaultModel = "quick" }: Command,
): { global: GlobalOptions; options: Record<string, string | boolean> } {
  const text = (name: keyof typeof globalOptions) => values[name] as string | undefined;
  const threads = wholeNumber(text("threads"), "threads", 1);
  const seed = wholeNumber(text("seed"), "seed", 0);
  const adapter = text("adapter");
  checkAdapter(adapter);
  const device = "device" in ownOptions ? undefined : checkDevice(text("device"));
  const engine = engineOf(values);
  const local = ["model", "adapter", "device", "threads"] as const;
  const unfit = engine && local.find((name) => text(name) !== undefined);
  if (unfit) throw new UsageError(`--engine and --${unfit} do not go together: the server runs its own model`);
  const own = Object.entries(values).filter(([name]) => name in ownOptions);
  return {
    global: {
      root: text("root"),
      json: values.json === true,
      seed,
      model: { id: text("model") ?? defaultModel, adapter, threads, device, ...(engine && { engine }) },
    },
    options: Object.fromEntries(own) as Record<string, string | boolean>,
  };
}

function usage(command: Command): string {
  const describe = (table: OptionTable) => {
    const names = Object.entries(table).map(([name, spec]) => `--${name}${spec.argument ? ` ${spec.argument}` : ""}`);
    const width = Math.max(...names.map((name) => name.length));
    return Object.values(table).map(({ help }, index) => `  ${names[index].padEnd(width)}  ${help}`);
  };
  const model = { ...globalOptions.model, help: MODEL_HELP[command.defaultModel ?? "quick"] };
  const line = ["Usage: sotto", command.name, command.positionals, "[OPTION ...]"].filter(Boolean).join(" ");
  return `${[line, "", SUMMARIES[command.name], "", ...describe({ ...command.options, ...globalOptions, model, ...command.options })].join("\n")}\n`;
}
