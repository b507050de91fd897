// `sotto turn-into-typescript`: a JavaScript file as TypeScript, as a diff with a rename; with --write the file is renamed and changed.

import { existsSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { type TurnedDocument, turnedFacts } from "../../src/protocol/turnIntoTypescript.ts";
import { loadCompiler, shippedCompiler } from "../../src/typescript/loadCompiler.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { NO_TURN } from "../../src/typescript/toTypeScript/reasons.ts";
import { type Turned, turnIntoTypeScript } from "../../src/typescript/toTypeScript/toTypeScript.ts";
import { folderWorkspace, refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand, required } from "../command.ts";
import { renameDiff } from "../renameDiff.ts";
import { asReadError, readSource, type SourceFile, workspaceRoot } from "../sourceFile.ts";
import { positionOptions } from "./position.ts";

export const turnIntoTypescript = defineCommand({
  name: "turn-into-typescript",
  options: {
    file: { ...positionOptions.file, help: "the JavaScript file" },
    write: { type: "boolean", help: "rename and change the file; without it nothing is written" },
  },
  async run({ options, global, io, signal }) {
    const startMs = performance.now();
    const given = required(options.file, "file");
    const root = path.resolve(global.root ?? workspaceRoot(path.dirname(path.resolve(given))));
    const source = readSource(given, root);
    if (await refusalToComplete(source.path, folderWorkspace(root)))
      throw badInput(`${given} is kept from Sotto by the ignore rules.`, "Choose another file.");
    const loaded = loadCompiler({ root, shippedCompiler: shippedCompiler() }, io.log);
    if (!loaded) throw badInput(`${root} has no TypeScript that Sotto can ask.`, "Install typescript 4.7 to 6 there.");
    const turned = await turnIntoTypeScript({
      compiler: loaded.compiler,
      root: slashed(root),
      file: `${slashed(root)}/${source.path}`,
      text: source.text,
      isThere: existsSync,
      isCancelled: () => signal.aborted,
    });
    signal.throwIfAborted();
    const ms = Math.round(performance.now() - startMs);
    if ("reason" in turned) {
      const { reason, detail } = turned;
      const told: TurnedDocument = {
        outcome: "none",
        reason: NO_TURN[reason],
        ...(detail !== undefined && { detail }),
        ms,
      };
      return io.result(told, `Not turned: ${NO_TURN[reason]}${detail === undefined ? "" : ` (${detail})`}.`);
    }
    if (options.write) writeTurned(source, turned);
    const { parameters, casts, callers, text } = turned;
    const words = turnedFacts(turned).join(" ");
    const file = slashed(path.relative(root, turned.file));
    const diff = renameDiff(source.path, file, source.text, turned.changes);
    const outcome = options.write ? "written" : "offered";
    const told: TurnedDocument = { outcome, file, parameters, casts, callers, text, diff, ms };
    io.result(told, options.write ? `Written: ${file}. ${words}` : `${diff}\n${words}`);
  },
});

/** The new file is there before the old one goes. @throws UserError where the file has changed meanwhile, or cannot be written */
function writeTurned({ absolutePath, text }: SourceFile, turned: Turned): void {
  const old = realpathSync(absolutePath);
  const target = path.join(path.dirname(absolutePath), path.basename(turned.file));
  try {
    if (readSource(absolutePath, path.dirname(absolutePath)).text !== text)
      throw badInput(`${absolutePath} was changed meanwhile.`, "Ask again.");
    writeFileSync(target, turned.text, { mode: statSync(old).mode, flag: "wx" });
    rmSync(absolutePath);
  } catch (error) {
    throw asReadError(error, target);
  }
}
