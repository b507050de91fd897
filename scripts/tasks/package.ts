// `npm run package [-- --target TARGET|strong|all] [--out DIR] [--repository URL]`: makes VSIX files. Without a target: this system's, and the strong
// model's. The repository's address makes the links of the shops' pages; the release workflow gives it. Their icon is drawn by scripts/drawIcon.ts.

import path from "node:path";
import { parseArgs } from "node:util";
import { packExtension, packStrong } from "../package/pack.ts";
import { isTarget, TARGETS, whyNot } from "../package/targets.ts";
import { build, root } from "../steps.ts";

const ownSystem = `${process.platform}-${process.arch}`;

function stop(message: string, status: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

function askedFor() {
  try {
    return parseArgs({
      options: { target: { type: "string" }, out: { type: "string" }, repository: { type: "string" } },
    }).values;
  } catch (error) {
    stop(`${(error as Error).message} There are --target, --out and --repository.`, 2);
  }
}

const { target = "", out = path.join(root, "dist", "vsix"), repository } = askedFor();
const wanted = { "": [ownSystem, "strong"], all: [...Object.keys(TARGETS), "strong"] }[target] ?? [target];
for (const name of wanted) if (name !== "strong" && !isTarget(name)) stop(whyNot(name), 2);

build();
for (const name of wanted) {
  const startMs = performance.now();
  try {
    const options = { out: path.resolve(process.env.INIT_CWD ?? ".", out), repository };
    const { file, sizeBytes, installedBytes, files } = isTarget(name)
      ? packExtension(name, options)
      : packStrong(options);
    const sizes = `${(sizeBytes / 1e6).toFixed(1)} MB, installed ${(installedBytes / 1e6).toFixed(0)} MB in ${files} files`;
    process.stdout.write(`${file}  ${sizes} (${((performance.now() - startMs) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    stop((error as Error).message, 1);
  }
}
