// Bench: loading the embedded model in a fresh process, the first time (its compute form is derived) and after, and the memory that it
// then takes with a full prompt in its cache. Ends with one JSON line on stdout.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { machine, quantile } from "./support/reporting.ts";

const LATER_LOADS = 5;

interface Load {
  loadMs: number;
  rssBytes: number;
  peakRssBytes: number;
  device: string;
  runtime: string;
}

const cacheDir = mkdtempSync(path.join(tmpdir(), "sotto-startup-"));

function load(): Load {
  const script = path.join(import.meta.dirname, "support/loadOnce.ts");
  const output = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", script], {
    encoding: "utf8",
    env: { ...process.env, SOTTO_CACHE_DIR: cacheDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Load;
}

try {
  const first = load();
  const later = Array.from({ length: LATER_LOADS }, load);
  const sotto = {
    firstLoadMs: Math.round(first.loadMs),
    loadMs: Math.round(
      quantile(
        later.map(({ loadMs }) => loadMs),
        0.5,
      ),
    ),
    rssBytes: Math.max(...later.map(({ rssBytes }) => rssBytes)),
    firstPeakRssBytes: first.peakRssBytes,
  };
  const { device, runtime } = first;
  process.stdout.write(
    `${JSON.stringify({ name: "startup", sotto, machine: machine(device, { onnxruntime: runtime }) })}\n`,
  );
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
}
