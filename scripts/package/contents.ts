// Which files a package is made of: a name in the package, and the file here or the text that it holds. Copies and packs nothing.
// vsce is not asked: its own list would come from `npm list`, which fails on our overridden peers, and would take whole packages (300 MB of them).

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { knownLanguages } from "../../common/syntax/languages.ts";
import { TIER_MODEL_IDS } from "../../server/engine/models/tiers.ts";
import { TRAINING_INDEX_FILE } from "../../src/index/copies/trainingIndex.ts";
import { root } from "../steps.ts";
import { type Manifest, packageManifest, shopPage, strongManifest } from "./manifests.ts";
import { noticesText } from "./notices.ts";
import { nodeIn, systemOf, type Target, WITHOUT_NATIVE } from "./targets.ts";

export type Source = { file: string } | { text: string };
export type Contents = ReadonlyMap<string, Source>; // by name in the package, with forward slashes

/** What lies in no folder of the repository where the package is for another system. */
export interface Ingredients {
  node: { binary: string; licence: string };
  koffi: string; // the folder of koffi's native part
}

/** Where the bundles' `require` looks first. */
const MODULES = "dist/node_modules";
const OF_EACH = ["package.json", "LICENSE", "LICENSE.md", "LICENSE.txt"];

/** The extension for a target, with the quick model. @param repository the address of the source, for the links of its page */
export function extensionContents(target: Target, ingredients: Ingredients, repository?: string): Contents {
  const manifest = ownManifest();
  const contents = new Map<string, Source>();
  takePages(contents, manifest, repository);
  contents.set("package.json", { text: json(packageManifest(manifest, repository)) });
  contents.set("CHANGELOG.md", { text: shopPage(ownText("CHANGELOG.md"), manifest.version, repository) });
  contents.set("THIRD_PARTY.md", { text: shopPage(ownText("THIRD_PARTY.md"), manifest.version, repository) });
  contents.set("NOTICES.txt", { text: noticesText() });

  for (const name of readdirSync(path.join(root, "dist")))
    if (name.endsWith(".cjs") || name === "page.js")
      contents.set(`dist/${name}`, { file: path.join(root, "dist", name) });
  takeModel(contents, TIER_MODEL_IDS.quick);
  contents.set(TRAINING_INDEX_FILE, { file: path.join(root, TRAINING_INDEX_FILE) });
  take(contents, "media/walkthrough");
  take(contents, "editors");
  take(contents, "samples");
  take(contents, "finetune/general", (name) => !name.endsWith(".ts"));
  take(contents, "finetune/pytorch", (name) => name === "pyproject.toml" || /^src\/sotto_trainer\/\w+\.py$/.test(name));
  take(contents, "src/actions/tests/python", (name) => name.endsWith(".py"));
  take(contents, "common/syntax/queries");
  take(contents, "common/licences/texts");

  contents.set(nodeIn(target), { file: ingredients.node.binary });
  contents.set("node/LICENSE", { file: ingredients.node.licence });
  takeNative(contents, target, ingredients.koffi);
  return contents;
}

/** The strong model alone, for all systems. */
export function strongContents(repository?: string): Contents {
  const manifest = ownManifest();
  const contents = new Map<string, Source>();
  takePages(contents, manifest, repository);
  contents.set("package.json", { text: json(strongManifest(manifest, repository)) });
  contents.set("README.md", { text: ownText("scripts/package/strong.md") });
  takeModel(contents, TIER_MODEL_IDS.strong);
  return contents;
}

/** Native packages, and only what they need on the target. */
function takeNative(contents: Map<string, Source>, target: Target, koffiFolder: string): void {
  const { platform, arch } = systemOf(target);
  const takePackage = (name: string, wanted: readonly string[], folder = path.join(root, "node_modules", name)) => {
    const isWanted = (file: string) =>
      wanted.some((part) => file === part || file.startsWith(`${part}/`)) && !/\.(?:d\.ts|map)$/.test(file);
    for (const file of filesBelow(folder))
      if (isWanted(file)) contents.set(`${MODULES}/${name}/${file}`, { file: path.join(folder, file) });
  };
  takePackage("onnxruntime-node", [...OF_EACH, "dist", `bin/napi-v6/${platform}/${arch}`]);
  contents.delete(`${MODULES}/onnxruntime-node/bin/napi-v6/darwin/arm64/libonnxruntime.1.30.0.dylib`); // libonnxruntime.1.dylib once more
  takePackage("onnxruntime-common", [...OF_EACH, "dist/cjs"]);
  const koffi = ["index.cjs", "src/koffi/index.cjs", "src/koffi/src/static.cjs"];
  takePackage("koffi", [...OF_EACH, ...koffi]);
  takePackage(`@koromix/koffi-${target}`, ["package.json", "index.js", `${platform}_${arch}/koffi.node`], koffiFolder);
  takeCompiler(contents);
  takePackage("node-gyp-build", [...OF_EACH, "index.js", "node-gyp-build.js"]);
  takePackage("tree-sitter", [...OF_EACH, "index.js", `prebuilds/${target}`]);

  const grammars = [...new Set(knownLanguages().map(([, { grammar }]) => grammar))];
  for (const name of new Set(grammars.map((grammar) => grammar.package)))
    takePackage(name, WITHOUT_NATIVE[target]?.includes(name) ? OF_EACH : [...OF_EACH, `prebuilds/${target}`]);
  takePackage("@vscode/tree-sitter-wasm", [...OF_EACH, "wasm/tree-sitter.js", "wasm/tree-sitter.wasm"]);
  for (const { wasm } of grammars) contents.set(`${MODULES}/${wasm}`, { file: path.join(root, "node_modules", wasm) });
}

/** TypeScript's compiler, for folders that have none which can be asked: without its command line, its server and its translations. */
function takeCompiler(contents: Map<string, Source>): void {
  const folder = path.join(root, "node_modules", "typescript");
  const isWanted = (file: string) =>
    ["package.json", "LICENSE.txt", "ThirdPartyNoticeText.txt", "lib/typescript.js"].includes(file) ||
    /^lib\/lib\.[^/]*d\.ts$/.test(file);
  for (const file of filesBelow(folder))
    if (isWanted(file)) contents.set(`${MODULES}/typescript/${file}`, { file: path.join(folder, file) });
}

/** What every package has, for its page in a shop. */
function takePages(contents: Map<string, Source>, manifest: Manifest, repository: string | undefined): void {
  contents.set("README.md", { text: shopPage(ownText("README.md"), manifest.version, repository) });
  contents.set("LICENSE.txt", { file: path.join(root, "LICENSE") }); // the shop wants an ending
  take(contents, "media", (name) => !name.includes("/"));
}

function takeModel(contents: Map<string, Source>, id: string): void {
  take(contents, `models/${id}`);
}

function take(contents: Map<string, Source>, folder: string, isWanted: (name: string) => boolean = () => true): void {
  for (const file of filesBelow(path.join(root, folder)))
    if (isWanted(file)) contents.set(`${folder}/${file}`, { file: path.join(root, folder, file) });
}

/** Paths relative to the folder, with forward slashes. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`${folder} is missing`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ".gitattributes")
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .sort();
}

const ownText = (file: string): string => readFileSync(path.join(root, file), "utf8");
export const ownManifest = (): Manifest => JSON.parse(ownText("package.json"));
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
