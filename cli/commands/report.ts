// `sotto report`: what "Sotto: Report a Problem" gathers, without an editor. Prints it, and sends nothing.

import { existsSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { UserError } from "../../common/errors.ts";
import { readCapped, UNREAD } from "../../common/util/cappedRead.ts";
import { packageFacts } from "../../common/util/packageRoot.ts";
import { runtimeDir } from "../../server/host/protocol/endpoint.ts";
import { problemReport } from "../../src/config/problemReport.ts";
import { defineCommand } from "../command.ts";
import { doctor } from "./doctor.ts";

const MOST_LOG_BYTES = 2_000_000;

export const report = defineCommand({
  name: "report",
  options: {},
  async run(invocation) {
    const { global, io } = invocation;
    const { version, bugs } = packageFacts();
    const versions = {
      Sotto: version,
      Node: process.version,
      system: `${os.platform()} ${os.release()} ${os.arch()}`,
      "environment variables":
        Object.keys(process.env)
          .filter((name) => name.startsWith("SOTTO_"))
          .join(", ") || "none",
    };
    let said = "";
    const own = { ...io, result: (_document: object, readable: string) => (said = readable) };
    const failure = await doctor.run({ ...invocation, options: {}, io: own, global }).then(() => undefined, reasonOf);
    const text = problemReport({
      versions,
      settings: undefined,
      doctor: [said, failure].filter(Boolean).join("\n"),
      log: await hostLogs(),
      bugs,
      home: os.homedir(),
    });
    io.result({ report: text }, text);
  },
});

/** The sentence of an error that a person can act on; the report goes on without the doctor. @throws what is a bug */
function reasonOf(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.action}`;
  throw error;
}

/** The last lines of the logs of this user's model hosts. */
async function hostLogs(): Promise<string> {
  const dir = runtimeDir();
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith(".log")) : [];
  const logs = await Promise.all(
    names.map(async (name) => {
      const read = await readCapped(path.join(dir, name), MOST_LOG_BYTES);
      return "bytes" in read ? read.bytes.toString("utf8").trimEnd() : `${name}: ${UNREAD[read.unread]}`;
    }),
  );
  return logs.join("\n") || "There is no log of a model host.";
}
