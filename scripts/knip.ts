// What knip takes for the beginnings of the code, so that what nothing leads to is found. A script is one only where a person can find it: where
// package.json, a task or the lab's page names it.

import { globSync, readFileSync } from "node:fs";
import type { KnipConfig } from "knip";

const pages = ["package.json", "lab/README.md", ...globSync("scripts/tasks/*.ts")]
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");
const scripts = [...pages.matchAll(/(?<![\w/])(?:lab|scripts)\/[\w/.-]+\.ts\b/g)]
  .map(([file]) => file)
  .filter((file) => file !== "scripts/knip.ts");
const benches = [...pages.matchAll(/\bnpm run bench -- ([a-z]\w*)/g)].map(([, name]) => `lab/bench/${name}.ts`);

const config: KnipConfig = {
  entry: [
    ...scripts,
    ...benches,
    "scripts/tasks/*.ts",
    "lab/bench/editor/*.ts", // bundled by esbuild.mjs
    "lab/bench/peer/process.ts", // processes that a bench starts
    "lab/bench/support/*Once.ts",
    "lab/bench/reliability/{saveOnce,meddle}.ts",
    "lab/fuzz/worker.ts", // a thread
    "samples/**/*.{ts,js}",
    "test/**/*.test.ts",
    "test/editor/{suite,e2e}/*.ts",
    "test/support/*{Host,Candidate,FineTune,Agent}.ts",
    "test/host/support/*.ts",
    "test/unit/engine/graph/deriveForever.ts",
  ],
  project: ["**/*.{ts,mjs}"],
  ignore: ["**/*_pb.d.ts"],
  ignoreDependencies: ["tree-sitter-.+", "@biomejs/biome", "@bufbuild/protoc-gen-es"],
  ignoreExportsUsedInFile: true,
  ignoreBinaries: ["apt-get", "mkfifo", "mount", "nvim", "prlimit", "umount"],
};

// biome-ignore lint/style/noDefaultExport: knip reads its configuration so
export default config;
