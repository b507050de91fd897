// `npm run install:code [-- VSIX ...] [--folder FOLDER] [--extensions-dir DIR]`: packs Sotto for this system, or takes the given packages, and installs
// them into the VS Code of this machine. With --folder it opens that folder.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { codeServerHere } from "../editor/setupCodeServer.ts";
import { ownManifest } from "../package/contents.ts";
import { codeVersion, findEditor, isNewEnough, runEditor } from "../package/editors.ts";
import { packExtension, packStrong } from "../package/pack.ts";
import { isTarget, whyNot } from "../package/targets.ts";
import { build, root } from "../steps.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

function stop(message: string, status = 1): never {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

function askedFor() {
  try {
    const options = { folder: { type: "string" }, "extensions-dir": { type: "string" } } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    stop(`${(error as Error).message} There are VSIX files, --folder and --extensions-dir.`, 2);
  }
}

const here = (file: string) => path.resolve(process.env.INIT_CWD ?? ".", file);

const { values, positionals } = askedFor();
const given = positionals.map(here);
for (const file of given) if (!existsSync(file)) stop(`There is no file ${file}.`, 2);
const folder = values.folder === undefined ? undefined : here(values.folder);
if (folder !== undefined && !existsSync(folder)) stop(`There is no folder ${folder}.`, 2);

const editor = findEditor(codeServerHere());
if (editor === undefined)
  stop(
    "No VS Code was found: neither code nor codium nor code-server is on the PATH. In a desktop VS Code, run \"Shell Command: Install 'code' command in PATH\" " +
      "from the palette, then this again; or run npm run package, and in the Extensions view choose … and Install from VSIX….",
  );
const wanted = ownManifest().engines.vscode;
const { output } = runEditor(editor, ["--version"]);
const version = codeVersion(output);
if (version === undefined) stop(`${editor.command.join(" ")} does not tell its version; it says: ${output}`);
if (!isNewEnough(version, wanted))
  stop(
    `This VS Code is ${version}; Sotto needs ${wanted.replace("^", "")} or newer. Update it (${editor.command.join(" ")}), then run this again.`,
  );

const files = given.length > 0 ? given : pack();
const place = values["extensions-dir"] === undefined ? [] : ["--extensions-dir", here(values["extensions-dir"])];
for (const file of files) {
  const installing = runEditor(editor, ["--install-extension", file, "--force", ...place]);
  if (!installing.isDone) stop(`${path.basename(file)} could not be installed: ${installing.errors.trim()}`);
  say(`${path.basename(file)} is installed in ${editor.name} ${version}.`);
}
if (editor.name === "code-server")
  say(
    `Now start it with ${editor.command.join(" ")} ${folder ?? "YOUR/FOLDER"}, open a file and type; Tab takes a suggestion.`,
  );
else if (folder === undefined)
  say("Now reload the windows that are open, or open a folder; then type in a file: Tab takes a suggestion.");
else {
  const windows = process.platform === "win32";
  spawn(editor.command[0], [folder], { stdio: "ignore", detached: true, shell: windows }).unref();
  say("The folder opens; type in a file: Tab takes a suggestion.");
}

/** This system's package, and the strong model's where the repository has it. */
function pack(): string[] {
  const target = `${process.platform}-${process.arch}`;
  if (!isTarget(target)) stop(whyNot(target));
  build();
  const out = path.join(root, "dist", "vsix");
  try {
    const packed = [packExtension(target, { out })];
    if (existsSync(path.join(root, "models", "qwen2.5-coder-0.5b", "manifest.json"))) packed.push(packStrong({ out }));
    return packed.map(({ file }) => file);
  } catch (error) {
    stop((error as Error).message);
  }
}
