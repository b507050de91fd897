// Bundles the nine entries (extension, agent, indexer, the compiler's thread, host, device trial, training process, fine-tuning, CLI) and what runs inside an extension host into dist/. Native packages stay external.
import { readdirSync } from "node:fs";
import { build } from "esbuild";

const outdir = process.argv[2] ?? "dist"; // a run of the reliability bench has a folder of its own

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node22",
  sourcemap: true,
  logLevel: "warning",
  outExtension: { ".js": ".cjs" },
  // In a CommonJS bundle import.meta is empty: the two members that we use have CommonJS names.
  define: {
    "import.meta.dirname": "__dirname",
    "import.meta.filename": "__filename",
    "import.meta.url": "__sottoFileUrl",
  },
  banner: { js: "const __sottoFileUrl = require('node:url').pathToFileURL(__filename).href;" },
  external: [
    "vscode",
    "onnxruntime-node",
    "koffi",
    "tree-sitter",
    "tree-sitter-*",
    "@vscode/tree-sitter-wasm",
    "mocha",
    "typescript",
  ],
};

await build({
  ...common,
  entryPoints: {
    extension: "src/extension.ts",
    agent: "src/agent/main.ts",
    indexer: "src/index/main.ts",
    typescript: "src/typescript/worker.ts",
    host: "server/main.ts",
    devices: "server/devices.ts",
    train: "server/train/main.ts",
    finetune: "finetune/main.ts",
    cli: "cli/main.ts",
  },
  outdir,
});

// What runs inside an extension host: the editor's tests, and the bench of a keystroke there.
for (const [folder, name] of [
  ["test/editor/suite", "suite"],
  ["lab/bench/editor", "bench"],
]) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  await build({ ...common, entryPoints: files.map((file) => `${folder}/${file}`), outdir: `${outdir}/test/${name}` });
}
