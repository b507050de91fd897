// Writes server/engine/graph/onnx/onnx_pb.js and onnx_pb.d.ts from onnx.proto beside them: node scripts/generateOnnx.ts, when a newer ONNX has
// brought a newer onnx.proto (it lies in the Python package `onnx`). buf, which reads the schema, is 80 MB, so npx fetches it for this.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./steps.ts";

const BUF = "@bufbuild/buf@1.75.0";

const template = {
  version: "v2",
  inputs: [{ proto_file: "onnx.proto" }],
  plugins: [
    {
      local: [process.execPath, path.join(root, "node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es")],
      out: ".",
      opt: ["target=js+dts", "import_extension=js"], // as TypeScript it would have enums
    },
  ],
};

const { status, error } = spawnSync("npx", ["--yes", BUF, "generate", "--template", JSON.stringify(template)], {
  cwd: path.join(root, "server", "engine", "graph", "onnx"),
  stdio: "inherit",
});
if (error) throw error;
process.exit(status ?? 1);
