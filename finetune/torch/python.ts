// Finds a Python that can train with PyTorch, and asks it for its packages. Imports none of them and starts no training.

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { badInput } from "../../common/errors.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";

/** The folder in which `python -m sotto_trainer` finds the trainer. */
export const trainerSource = (): string => path.join(packageRoot(import.meta.dirname), "finetune", "pytorch", "src");

/** The oldest versions that are known to do; finetune/pytorch/pyproject.toml says the same. */
export const LEAST_VERSIONS = {
  torch: [2, 6],
  transformers: [4, 56],
  peft: [0, 15],
  safetensors: [0, 4],
  numpy: [1, 24],
} as const satisfies Record<string, readonly [number, number]>;

const LEAST_PYTHON = [3, 10] as const;

const PROBE = `
import json, sys
from importlib import metadata
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
found = {name: version(name) for name in sys.argv[1:]}
print(json.dumps({"python": "%d.%d" % sys.version_info[:2], "packages": found}))
`;

const PROBE_MS = 60_000; // the first start of a Python on a slow disk

interface Probed {
  python: string;
  packages: Record<string, string | null>;
}

/**
 * The Python to train with: the given one, or the first on the PATH.
 * @throws UserError where it cannot be run, is too old, or lacks a package
 */
export async function findPython(given?: string): Promise<string> {
  const names = given ? [given] : process.platform === "win32" ? ["python", "python3"] : ["python3", "python"];
  for (const [i, name] of names.entries()) {
    const answer = await probe(name);
    if (answer === undefined && i < names.length - 1) continue;
    if (answer === undefined)
      throw badInput(
        given ? `${given} cannot be run as a Python.` : "There is no Python on the PATH.",
        "Name one that has PyTorch (--python, or the setting sotto.fineTune.python), or leave it out: Sotto's own trainer needs none.",
      );
    requirePackages(name, answer);
    return name;
  }
  throw new Error("there is no name to try");
}

async function probe(python: string): Promise<Probed | undefined> {
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", PROBE, ...Object.keys(LEAST_VERSIONS)], {
      timeout: PROBE_MS,
      windowsHide: true,
    });
    const answer = parsedJson(stdout.trimEnd().split("\n").at(-1) ?? "") as Probed | undefined;
    return answer?.python === undefined ? undefined : answer;
  } catch {
    return undefined;
  }
}

/** @throws UserError naming all that is wrong */
function requirePackages(name: string, { python, packages }: Probed): void {
  const wanted = (least: readonly number[]) => `${least.join(".")} or newer is needed`;
  if (isOlder(python, LEAST_PYTHON))
    throw badInput(`${name} is Python ${python}, and ${wanted(LEAST_PYTHON)}.`, "Name a newer one (--python).");
  const faults = Object.entries(LEAST_VERSIONS).flatMap(([entry, least]) => {
    const version = packages[entry];
    if (version == null) return [`no ${entry}`];
    return isOlder(version, least) ? [`${entry} ${version}, where ${wanted(least)}`] : [];
  });
  if (faults.length === 0) return;
  const missing = Object.keys(LEAST_VERSIONS).join(" ");
  throw badInput(
    `The Python ${name} has ${faults.join(", ")}.`,
    `Install them there (${name} -m pip install --upgrade ${missing}), or leave it out: Sotto's own trainer needs no Python.`,
  );
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [first, second] = version.split(".").map((part) => Number.parseInt(part, 10));
  return first < major || (first === major && second < minor);
}
