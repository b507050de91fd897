// What a package for another system needs from npm: a Node, and koffi's native part. Each is fetched once into .tools/packages, nothing of it is run,
// and its hash must be the recorded one: a Node's in targets.ts, any other package's in package-lock.json.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { npm } from "../npm.ts";
import { root } from "../steps.ts";
import { type ShippedNode, TARGETS, type Target } from "./targets.ts";

const store = path.join(root, ".tools", "packages");

interface NodeFiles {
  binary: string;
  licence: string;
}

/** The Node that the target's package ships. @throws Error where npm does not have it, or where it is not the recorded one */
export function shippedNode(target: Target): NodeFiles {
  const { package: name, version, binary, sha256, licenceOf = name }: ShippedNode = TARGETS[target];
  const file = path.join(folderOf(name, version), binary);
  const found = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (found !== sha256) throw new Error(`${file} is not the Node that is recorded: its sha256 is ${found}`);
  return { binary: file, licence: path.join(folderOf(licenceOf, version), "LICENSE") };
}

/** The folder of a package that package-lock.json names. @throws Error where it is not what the lock says */
export function lockedPackage(name: string): string {
  const installed = path.join(root, "node_modules", name);
  if (existsSync(installed)) return installed;
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  return folderOf(name, version, integrity);
}

/** The folder of a package from npm, fetched where it is missing. */
function folderOf(name: string, version: string, integrity?: string): string {
  const short = name.replace("@", "").replace("/", "-");
  const launcher = path.join(root, ".tools", `node-${version}`, "node_modules", name); // put there for an older Node
  const folder = path.join(store, `${short}-${version}`);
  for (const there of [launcher, path.join(folder, "package")])
    if (existsSync(path.join(there, "package.json"))) return there;
  mkdirSync(store, { recursive: true });
  const archive = `${folder}.tgz`;
  if (!existsSync(archive)) {
    process.stderr.write(`Fetching ${name} ${version} from npm …\n`);
    npm(store, "pack", `${name}@${version}`);
  }
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (integrity !== undefined && found !== integrity) {
    rmSync(archive);
    throw new Error(`${archive} is not the package of package-lock.json: its hash is ${found}`);
  }
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", archive, "-C", folder]);
  return path.join(folder, "package");
}
