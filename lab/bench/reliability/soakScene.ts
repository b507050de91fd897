// Sets the scene of a soak: the product, a workspace of real files, a disk that can be filled, an adapter that is in use. Types nothing.

import { copyFileSync, cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { keepAdapter } from "../../../finetune/store/keepAdapter.ts";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import { activeAdapter } from "../../../src/adapters/adapterStore.ts";
import { noFacts } from "../../../src/adapters/storedAdapter.ts";
import type { Scene } from "./faults.ts";
import { prepareProduct, productEnv } from "./product.ts";
import { smallDisk } from "./smallDisk.ts";
import { ANSWER_MS, EditorWindow } from "./window.ts";

export interface SceneOptions {
  root: string; // of the repository
  folder: string; // an empty one, for this run
  sources: readonly string[]; // folders whose files are typed
  seed: number;
  host?: string; // a script of the repository in place of the product's host
  writeAdapter: (dir: string) => Promise<void>; // for the host's model
  diskMegabytes: number;
  slack: number; // how much longer than the goal anything may take
}

const MAX_FILE_UNITS = 60_000;

export interface Run {
  window: EditorWindow;
  scene: Scene;
  files: { uri: string; languageId: string; text: string }[];
  traceFile: string;
  log: string[];
}

/** The product as built now in a folder of its own, a workspace of real files, and an adapter that is in use there. */
export async function prepare({
  root,
  folder,
  sources,
  seed,
  host,
  writeAdapter,
  diskMegabytes,
  slack,
}: SceneOptions): Promise<Run> {
  const product = path.join(folder, "product");
  const workspace = path.join(folder, "workspace");
  const disk = smallDisk(path.join(folder, "disk"), diskMegabytes);
  const [cacheDir, dataDir] = [path.join(disk.dir, "cache"), path.join(disk.dir, "data")];
  const runtimeDir = path.join(folder, "r");
  mkdirSync(runtimeDir, { mode: 0o700 });
  prepareProduct(root, product, host);
  const isWanted = (from: string) => !/node_modules|\.git$/.test(from);
  for (const source of sources)
    cpSync(source, path.join(workspace, path.basename(source)), { recursive: true, filter: isWanted });
  const files = textFiles(workspace);
  const trained = path.join(folder, "trained");
  await writeAdapter(trained);
  const id = keepAdapter(workspace, trained, noFacts, { dataDir });
  const tensors = path.join(activeAdapter(workspace, dataDir)!.dir, AdapterFiles.tensors);
  const copy = path.join(folder, "tensors");
  copyFileSync(tensors, copy);
  const traceFile = path.join(folder, "trace");
  const folders = { runtimeDir, cacheDir, dataDir, meddleFile: path.join(folder, "meddle.json") };
  const log: string[] = [];
  const window = new EditorWindow({
    productRoot: product,
    workspaceFolder: workspace,
    env: { ...productEnv(folders), SOTTO_TRACE_FILE: traceFile },
    onLog: (line) => log.push(line),
    answerMs: ANSWER_MS * slack,
  });
  const random = new SeededRandom(seed + 1);
  let written = 0;
  const work = (count: number) => {
    const uris: string[] = [];
    for (let i = 0; i < count; i++) {
      const file = path.join(workspace, `written${(written + i) % 200}.ts`);
      const { text } = random.pick(files);
      writeFileSync(
        file,
        `${text.slice(0, random.between(0, 4_000))}\nexport const made${written + i} = ${written};\n`,
      );
      uris.push(pathToFileURL(file).href);
    }
    written += count;
    window.filesChanged(uris);
  };
  const adapter = { id, tensors, copy };
  return { window, files, traceFile, log, scene: { random, window, workspace, disk, adapter, work, ...folders } };
}

function textFiles(workspace: string): Run["files"] {
  return globSync("**/*", { cwd: workspace })
    .sort()
    .flatMap((name) => {
      const languageId = languageOfPath(name);
      if (languageId === undefined || languageId === "json") return [];
      const text = readFileSync(path.join(workspace, name), "utf8");
      return text.length > 400 && text.length < MAX_FILE_UNITS
        ? [{ uri: pathToFileURL(path.join(workspace, name)).href, languageId, text }]
        : [];
    });
}
