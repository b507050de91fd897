// Defines a command of the `sotto` command line: its options, and what it receives when it runs. Knows no particular command and prints nothing.

import type { CliModel, ModelOptions, RECORDED_MODEL } from "./model.ts";
import type { CommandName } from "./overview.ts";

export interface OptionSpec {
  type: "string" | "boolean";
  argument?: string; // name of the value in the usage line
  help: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<T extends OptionSpec["type"]> = T extends "boolean" ? boolean : string;

export type OptionValues<O extends OptionTable> = { [K in keyof O]?: ValueOf<O[K]["type"]> };

/** Options that every command takes, validated. */
export interface GlobalOptions {
  root: string | undefined; // as given; commands that need a default call `workspaceRoot`
  json: boolean;
  seed: number | undefined;
  model: ModelOptions;
}

/** A command's access to the outside. Tests pass their own. */
export interface CommandIo {
  /** The command's result: `document` with --json, else `readable`. Called once. */
  result(document: object, readable: string): void;
  /** A line for stderr. */
  log(line: string): void;
  loadModel(options: ModelOptions): Promise<CliModel>;
}

export interface Invocation<O extends OptionTable = OptionTable> {
  options: OptionValues<O>;
  positionals: string[];
  global: GlobalOptions;
  io: CommandIo;
  signal: AbortSignal;
}

export interface Command<O extends OptionTable = OptionTable> {
  name: CommandName; // what it does is in overview.ts
  positionals?: string; // their names in the usage line; absent where the command takes none
  /** auto: the command writes for a person; recorded: the one that a recording names; default: quick. */
  defaultModel?: "auto" | "quick" | typeof RECORDED_MODEL;
  options: O;
  /** @throws UsageError (exit 2), UserError (exit 1), Cancelled (exit 130) */
  run(invocation: Invocation<O>): Promise<void>;
}

/** Gives a command's `run` the types of its own options, and the table of commands a single type. */
export const defineCommand = <const O extends OptionTable>(command: Command<O>): Command =>
  command as unknown as Command;

/** The command line itself is wrong: an unknown option, a missing or unreadable value. Exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The option's value. @throws UsageError when the option was not given */
export function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`--${option} is missing`);
  return value;
}

/** A number above 0, or undefined where the option was not given. @throws UsageError */
export function positiveNumber(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0) || number === Number.POSITIVE_INFINITY)
    throw new UsageError(`--${option} takes a number above 0, not "${value}"`);
  return number;
}

/** An integer of at least `least`, or undefined where the option was not given. @throws UsageError */
export function wholeNumber(value: string | undefined, option: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${option} takes a whole number of at least ${least}, not "${value}"`);
  return number;
}
