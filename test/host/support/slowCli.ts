// The command line with a model that writes nothing until it is cancelled, for tests of Ctrl+C in a real process.

import { runCli } from "../../../cli/run.ts";
import { fakeModel } from "../../support/fakeModel.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
const busy = setInterval(() => {}, 1000);

const model = fakeModel(() => "");
process.exitCode = await runCli(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  loadModel: async () => ({
    ...model,
    generate: async (params, onText, signal) => {
      process.stderr.write("writing\n");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return { ...(await model.generate(params, onText, signal)), stop: "cancelled" as const };
    },
  }),
  signal: interrupt.signal,
});
clearInterval(busy);
