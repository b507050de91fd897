// What may be in a package, and what must be: written by hand and not made from what packs, so that neither a file too many nor one too few gets
// out. Reads a package's list of files only.

import path from "node:path";
import { nodeIn, systemOf, type Target, WITHOUT_NATIVE } from "./targets.ts";

/** A file as the zip file lists it. */
export interface ListedFile {
  name: string; // below extension/
  mode: number;
}

/** Largest size of a package: a shop's proxy refuses 256 MB, and nobody likes to wait. */
export const LARGEST_BYTES = { extension: 170e6, strong: 256e6 } as const;

const BUNDLES = [
  "agent",
  "cli",
  "commands",
  "devices",
  "extension",
  "finetune",
  "host",
  "indexer",
  "train",
  "typescript",
];
const GRAMMARS = ["c", "c-sharp", "cpp", "go", "java", "javascript", "json", "python", "rust", "typescript"];
const OWN_WASM = ["c", "c_sharp", "cpp", "go", "java", "json", "rust"]; // the others are VS Code's own
const VSCODE_WASM = ["javascript", "python", "tsx", "typescript"];
const PAGES = ["README.md", "LICENSE.txt", "package.json", "media/icon.png", "media/*.png", "media/*.svg"];
const MODEL = [
  ...["manifest.json", "config.json", "tokenizer.json", "calibration.safetensors"],
  ...["model.safetensors.index.json", "model-0000?-of-0000?.safetensors"],
  ...["LICENSE", "README.md", "TRAINING-DATA.md"],
  ...["adapter_config.json", "adapter_model.safetensors", "sotto.json"].map(
    (file) => `adapters/fill-in-the-middle/${file}`,
  ),
];

const LIBRARIES: Record<string, readonly string[]> = {
  linux: ["libonnxruntime.so.1"],
  darwin: ["libonnxruntime.1.dylib"],
  win32: ["onnxruntime.dll", "DirectML.dll", "dxcompiler.dll", "dxil.dll"],
};

/** Globs; each must match a file. */
function patterns(target: Target): string[] {
  const { platform, arch } = systemOf(target);
  const modules = {
    "onnxruntime-node": [
      "package.json",
      "dist/*.js",
      ...["onnxruntime_binding.node", ...LIBRARIES[platform]].map((file) => `bin/napi-v6/${platform}/${arch}/${file}`),
    ],
    "onnxruntime-common": ["package.json", "dist/cjs/*.js", "dist/cjs/package.json"],
    koffi: ["package.json", "LICENSE.txt", "index.cjs", "src/koffi/index.cjs", "src/koffi/src/static.cjs"],
    [`@koromix/koffi-${target}`]: ["package.json", "index.js", `${platform}_${arch}/koffi.node`],
    "node-gyp-build": ["package.json", "LICENSE", "index.js", "node-gyp-build.js"],
    "tree-sitter": ["package.json", "LICENSE", "index.js", `prebuilds/${target}/tree-sitter.node`],
    typescript: [
      "package.json",
      "LICENSE.txt",
      "ThirdPartyNoticeText.txt",
      "lib/typescript.js",
      "lib/lib.d.ts",
      "lib/lib.*.d.ts",
    ],
    "@vscode/tree-sitter-wasm": [
      "package.json",
      "LICENSE",
      ...[".js", ".wasm", ...VSCODE_WASM.map((name) => `-${name}.wasm`)].map((end) => `wasm/tree-sitter${end}`),
    ],
    ...Object.fromEntries(
      GRAMMARS.map((name) => [
        `tree-sitter-${name}`,
        [
          ...["package.json", "LICENSE"],
          ...(WITHOUT_NATIVE[target]?.includes(`tree-sitter-${name}`)
            ? []
            : [`prebuilds/${target}/tree-sitter-${name}.node`]),
          ...OWN_WASM.filter((wasm) => wasm.replace("_", "-") === name).map((wasm) => `tree-sitter-${wasm}.wasm`),
        ],
      ]),
    ),
  };
  return [
    ...PAGES,
    ...["CHANGELOG.md", "THIRD_PARTY.md", "NOTICES.txt", nodeIn(target), "node/LICENSE"],
    ...BUNDLES.map((name) => `dist/${name}.cjs`),
    "dist/page.js",
    ...MODEL.map((file) => `models/smollm2-135m/${file}`),
    "models/training-index.bin",
    ...["media/walkthrough/*.png", "editors/neovim/lua/sotto.lua"],
    ...["samples/README.md", "samples/src/*.ts", "samples/src/*.js", "samples/tools/*.py"],
    ...["cases.jsonl.gz", "notices.jsonl.gz", "replay.jsonl.gz", "manifest.json"].map(
      (file) => `finetune/general/${file}`,
    ),
    ...["pyproject.toml", "src/sotto_trainer/*.py"].map((file) => `finetune/pytorch/${file}`),
    ...["look", "sandbox"].map((name) => `src/actions/tests/python/${name}.py`), // tests of Python functions
    "common/syntax/queries/*.scm",
    "common/licences/texts/*.txt",
    ...Object.entries(modules).flatMap(([name, files]) => files.map((file) => `dist/node_modules/${name}/${file}`)),
  ];
}

const strongPatterns = [...PAGES, ...MODEL.map((file) => `models/qwen2.5-coder-0.5b/${file}`)];

/** What is wrong with a package's files, a sentence each: one that no pattern names, a pattern without a file, a Node that cannot be run. */
export function faultsOf(files: readonly ListedFile[], target: Target | "strong"): string[] {
  const wanted = target === "strong" ? strongPatterns : patterns(target);
  const names = files.map(({ name }) => name);
  const node = target === "strong" ? undefined : files.find(({ name }) => name === nodeIn(target));
  return [
    ...names
      .filter((name) => !wanted.some((glob) => path.posix.matchesGlob(name, glob)))
      .map((name) => `${name} does not belong there`),
    ...wanted
      .filter((glob) => !names.some((name) => path.posix.matchesGlob(name, glob)))
      .map((glob) => `${glob} is missing`),
    ...(node !== undefined && (node.mode & 0o111) === 0 ? [`${node.name} is not executable`] : []),
  ];
}
