// `sotto bench NAME`: runs a bench of the repository (lab/bench) in a separate process, so that it measures nothing else.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { badInput, Cancelled } from "../../common/errors.ts";
import { sourceFlags } from "../../common/util/ownProcess.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { filePage } from "../../pages/page.ts";
import { benchPage } from "../benchPage.ts";
import { defineCommand, UsageError } from "../command.ts";
import { writePage } from "../writePage.ts";

export const bench = defineCommand({
  name: "bench",
  positionals: "NAME",
  options: {
    peer: { type: "boolean", help: "measure the peer too, in the same run" },
    model: {
      type: "string",
      argument: "auto|quick|strong|ID|DIR",
      help: 'the model, of the bench "keystroke" (default: quick; auto: strong where it is there)',
    },
    shape: { type: "string", argument: "NAMES", help: 'only these shapes, of the benches "engine" and "train"' },
    quick: { type: "boolean", help: 'fewer of its cases, of the bench "replay"' },
    busy: { type: "string", argument: "N", help: 'so many other busy processes beside it, of the bench "replay"' },
    trace: {
      type: "string",
      argument: "FILE",
      help: 'what happened, as JSON Lines, of the benches "replay" and "nextEdit"',
    },
    part: {
      type: "string",
      argument: "soak|kills|hostile|imports|frames",
      help: 'only this part, of the bench "reliability"',
    },
    requests: { type: "string", argument: "N", help: 'how many are made, of the bench "reliability"' },
    minutes: {
      type: "string",
      argument: "N",
      help: 'after which the soak of "reliability" ends, and the writing of "persons"',
    },
    seed: { type: "string", argument: "N", help: 'what is drawn, of the benches "reliability", "replay" and "flow"' },
    folder: {
      type: "string",
      argument: "DIR",
      help: 'whose files are typed, of the bench "reliability"; whose history (several: with commas), of "persons" and "nextEdit"',
    },
    commits: { type: "string", argument: "N", help: 'of each folder, of the bench "nextEdit"' },
    short: { type: "boolean", help: 'minutes, with a tiny model, of the bench "reliability"' },
    vllm: { type: "boolean", help: 'through vLLM too (installs 3 GB), of the bench "remote"' },
    html: { type: "string", argument: "FILE", help: "writes the result as one file for a browser, too" },
    python: { type: "string", argument: "PATH", help: 'a Python with PyTorch: the peer of the bench "train"' },
  },
  async run({ positionals: [name, ...more], options: { html: file, ...options }, global, io, signal }) {
    const folder = path.join(packageRoot(import.meta.dirname), "lab", "bench");
    if (!existsSync(folder))
      throw badInput("The benches are not part of the installed package.", "Run them in a clone of the repository.");
    const names = benchNames(folder);
    if (name === undefined || more.length > 0 || !names.includes(name))
      throw new UsageError(`bench takes one of ${names.join(", ")}`);
    const args = [path.join(folder, `${name}.ts`), ...ownArgs(options), ...threadsArgs(global.model.threads)];
    const line = lastLine(await outputOf(args, io.log, signal));
    const document = JSON.parse(line) as Record<string, unknown>;
    if (file !== undefined) {
      writePage(file, filePage(benchPage(document)));
      io.log(`The result is in ${file}.`);
    }
    io.result(document, readable(document));
  },
});

const benchNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();

/** Options for the bench, which have the same names there. */
const ownArgs = (options: Readonly<Record<string, string | boolean>>): string[] =>
  Object.entries(options).flatMap(([key, value]) => (value === true ? [`--${key}`] : [`--${key}`, String(value)]));

const threadsArgs = (threads: number | undefined): string[] =>
  threads === undefined ? [] : ["--threads", String(threads)];

function outputOf(args: string[], log: (line: string) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...sourceFlags, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = () => child.kill("SIGTERM");
    signal.addEventListener("abort", end, { once: true });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => log(text.trimEnd()));
    child.on("error", reject);
    child.on("close", (status) => {
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(new Cancelled());
      else if (status !== 0) reject(badInput(`The bench ended with status ${status}.`, "Its own message is above."));
      else resolve(output);
    });
  });
}

const lastLine = (output: string): string => output.trimEnd().split("\n").at(-1) ?? "";

function readable(document: Record<string, unknown>): string {
  return Object.entries(document)
    .map(([key, value]) => `${key.padEnd(8)} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
}
