// Bundles the ten entries (extension, agent, indexer, the compiler's thread, host, device trial, training process, fine-tuning, CLI and its
// commands) and what runs inside an extension host into dist/. Native packages stay external.
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

/** The command line's entry loads its commands when one is run: they are a bundle of their own. */
const commandsApart = {
  name: "commands apart",
  setup(build) {
    build.onResolve({ filter: /\/commandLine\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./commands.cjs", external: true } : undefined,
    );
  },
};

await build({
  ...common,
  plugins: [commandsApart],
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
    commands: "cli/commandLine.ts",
  },
  outdir,
});

// The script of the pages, for a webview and for a browser.
await build({
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2023",
  logLevel: "warning",
  entryPoints: { page: "pages/browser/main.ts" },
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
