// Makes a trained adapter the one that the embedded model is used with: checks it against the base, copies it into the model's folder and
// names it in the manifest. Trains and judges nothing: test/eval/LOG.md says why an adapter was taken.
//
// node scripts/model/adoptAdapter.ts DIR

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { AdapterFiles } from "../../server/adapters/adapter.ts";
import { readAdapter } from "../../server/adapters/readAdapter.ts";
import { embeddedModelDir } from "../../server/models/catalog.ts";
import { readManifest } from "../../server/models/manifest.ts";
import { openModel } from "../../server/models/modelStore.ts";
import { ADAPTER, writeEmbeddedManifest } from "./embeddedManifest.ts";

const source = process.argv[2];
if (source === undefined) throw new Error("usage: node scripts/model/adoptAdapter.ts DIR");
const dir = embeddedModelDir();
await readAdapter(source, await openModel(dir));
const target = path.join(dir, ADAPTER);
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const file of Object.values(AdapterFiles)) copyFileSync(path.join(source, file), path.join(target, file));
const { files } = await readManifest(dir);
writeEmbeddedManifest(
  dir,
  files.map((file) => file.path).filter((file) => !file.startsWith("adapters/")),
);
