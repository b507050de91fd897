// A report of a problem: versions, settings, the doctor's words and the last lines of the log, as Markdown that a person reads before anybody else
// does. Pure: gathers nothing and sends nothing. What names the person, their folders, keys or servers is replaced.

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { counted } from "../../common/util/counted.ts";
import { isLoopbackHost } from "../../common/util/engineAddress.ts";

export interface ProblemReport {
  versions: Readonly<Record<string, string>>;
  /** By name; undefined where there are none, as on the command line. */
  settings: Readonly<Record<string, unknown>> | undefined;
  doctor: string; // its output, or why there is none
  log: string; // its last lines, or why there are none
  bugs: string | undefined; // the address for reports, where the package names one
  home: string; // the user's home folder
}

/** How many of the log's lines a report has. */
export const MOST_LOG_LINES = 200;

/** @returns Markdown */
export function problemReport({ versions, settings, doctor, log, bugs, home }: ProblemReport): string {
  const rows = Object.entries(versions).map(([name, value]) => `| ${name} | ${value} |`);
  const set = settings && Object.entries(settings).map(([name, value]) => `sotto.${name}: ${settingValue(value)}`);
  const where = bugs === undefined ? "give it to whoever you have Sotto from" : `file it at ${bugs}`;
  const head = [
    "# A problem with Sotto",
    `Nothing of this has been sent. Read it, take out what nobody should see, write what happened, and ${where}.`,
  ];
  const found = [
    "## What happened",
    "What I did:\n\nWhat I expected:\n\nWhat came instead:",
    "## Versions",
    ["| what | version |", "| --- | --- |", ...rows].join("\n"),
    "## Settings",
    fenced(set?.join("\n") ?? "There are none on the command line."),
    "## What sotto doctor says",
    fenced(doctor),
    `## The log's last lines`,
    fenced(log.trimEnd().split("\n").slice(-MOST_LOG_LINES).join("\n")),
  ];
  return `${[...head, withoutNames(found.join("\n\n"), home)].join("\n\n")}\n`;
}

/** A longer fence than any within. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A value without paths: a list tells how long it is, for it may hold the names of files. */
function settingValue(value: unknown): string {
  if (Array.isArray(value)) return counted(value.length, "entry", "entries");
  if (typeof value !== "string") return JSON.stringify(value);
  if (/^\w+:\/\//.test(value)) return JSON.stringify(value); // `withoutNames` masks its host
  return /[\\/]/.test(value) ? "(a path or a name with slashes)" : JSON.stringify(value);
}

/** Takes out the home folder, the hosts of addresses with whoever logs in there, and secrets. */
function withoutNames(text: string, home: string): string {
  const homes = [home, home.replaceAll("\\", "/"), home.replaceAll("\\", "\\\\")].filter((name) => name.length > 1);
  const atHome = homes.reduce((rest, name) => rest.replaceAll(name, "~"), text);
  const addressed = atHome.replaceAll(
    /\b(https?|wss?):\/\/([^\s/"'`<>?#]+)/gi,
    (whole, scheme: string, authority: string) => {
      const [, host = "", port = ""] = /^(?:.*@)?(.*?)(:\d+)?$/.exec(authority) ?? [];
      return isLoopbackHost(host) && !authority.includes("@") ? whole : `${scheme}://<host>${port}`;
    },
  );
  return redactSecrets(addressed).text;
}
