// `sotto doctor`: what runs here, how fast, and whether it works correctly. Reports everything before it fails.

import os from "node:os";
import { badInput } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { sottoVersion } from "../../common/util/packageRoot.ts";
import type { DeviceOffer } from "../../server/engine/load/chooseDevice.ts";
import { Measurements } from "../../server/engine/load/deviceMeasurements.ts";
import { loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { verifyModel } from "../../server/engine/models/catalog.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { processProbe } from "../../server/host/deviceProcess.ts";
import { PROTOCOL_VERSION } from "../../server/host/protocol/limits.ts";
import { defineCommand } from "../command.ts";
import { tryDevices } from "../doctor/devices.ts";
import { type DeviceReport, otherDevices, readableDevice } from "../doctor/otherDevices.ts";
import { runOracles } from "../doctor/selftest.ts";
import { hostSockets } from "../doctor/sockets.ts";
import { readableTiers, reportTiers, type TierReport } from "../doctor/tiers.ts";
import { findModelDir } from "../model.ts";
import { workspaceModel } from "../workspaceAdapter.ts";

export const doctor = defineCommand({
  name: "doctor",
  options: { selftest: { type: "boolean", help: "run the engine's oracles on this machine, and test every device" } },
  async run({ options, global, io }) {
    const modelDir = await findModelDir(global.model.id);
    const chosen = await workspaceModel(global.model, global.root, io.log);
    const parsers = await createParsers();
    const model = await verifyModel(modelDir);
    const usable = model.ok ? await openAdapted(modelDir, chosen.adapter) : undefined;
    const device = { cacheDir: defaultCacheDir(), threads: global.model.threads, log: io.log };
    if (usable) io.log("measuring devices, which takes some seconds …");
    const devices = usable ? await tryDevices(usable, device) : [];
    const probe = processProbe({ modelDir, adapter: chosen.adapter }, device);
    const others = usable ? await otherDevices(probe, recordOf(usable), options.selftest === true) : [];
    const works = devices.some(({ works }) => works);
    const report = {
      versions: versions(),
      syntax: { build: parsers.kind, reason: parsers.reason },
      devices,
      otherDevices: others,
      model,
      tiers: await reportTiers(model, global.model.threads, io.log),
      sockets: hostSockets(),
      cacheDir: defaultCacheDir(),
      ...(options.selftest && usable && works
        ? { selftest: await selftest(await loadDecoder(usable, device), modelDir) }
        : {}),
    };
    io.result(report, readable(report));
    if (!model.ok) throw badInput("The model's files are damaged (see above).", "Check out the repository again.");
    if (!works) throw badInput("No device can run the model (see above).", "Reinstall the npm packages.");
    if (report.selftest?.some(({ ok }) => !ok))
      throw badInput("An oracle of the engine does not hold on this machine.", "Please report what is above.");
  },
});

const recordOf =
  ({ weightsSha256 }: StoredModel) =>
  ({ gpus }: DeviceOffer) =>
    new Measurements(defaultCacheDir(), { weightsSha256, gpus });

async function selftest(decoder: Awaited<ReturnType<typeof loadDecoder>>, modelDir: string) {
  try {
    return await runOracles(decoder, await loadTokenizer(modelDir));
  } finally {
    decoder.dispose();
  }
}

function versions() {
  const cpus = os.cpus();
  return {
    sotto: sottoVersion(),
    protocol: PROTOCOL_VERSION,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus[0]?.model.trim() ?? "unknown",
    processorThreads: os.availableParallelism(),
    memoryBytes: os.totalmem(),
  };
}

interface DoctorReport {
  versions: ReturnType<typeof versions>;
  syntax: { build: string; reason: string };
  devices: Awaited<ReturnType<typeof tryDevices>>;
  otherDevices: DeviceReport[];
  model: Awaited<ReturnType<typeof verifyModel>>;
  tiers: TierReport;
  sockets: ReturnType<typeof hostSockets>;
  cacheDir: string;
  selftest?: Awaited<ReturnType<typeof runOracles>>;
}

function readable(report: DoctorReport): string {
  const { syntax, devices, model, sockets, cacheDir, selftest: oracles = [] } = report;
  return [
    ...Object.entries(report.versions).map(([name, value]) => `${name.padEnd(16)} ${value}`),
    `${"syntax".padEnd(16)} ${syntax.build}: ${syntax.reason}`,
    `${"model".padEnd(16)} ${model.id}: ${model.ok ? "whole" : "damaged"} (${model.dir})`,
    ...model.files.filter(({ state }) => state !== "ok").map((file) => `  ${file.path}: ${file.state}`),
    `${"compute form".padEnd(16)} ${cacheDir}`,
    "devices",
    ...devices.map(
      ({ device, runtime, works, chosen, reason, prefillTokensPerSecond, decodeTokensPerSecond, loadMs }) =>
        `${chosen ? "→" : " "} ${device}, ${runtime}: ${works ? `loaded in ${loadMs} ms, prefill ${prefillTokensPerSecond} and decode ${decodeTokensPerSecond} tokens/s; ` : ""}${reason}`,
    ),
    ...report.otherDevices.map(readableDevice),
    ...readableTiers(report.tiers),
    `sockets in ${sockets.dir}`,
    ...sockets.hosts.map(({ address, pid, alive }) => `  ${address}: ${alive ? `host ${pid} runs` : "no host"}`),
    ...(oracles.length > 0 ? ["selftest"] : []),
    ...oracles.map(({ oracle, ok, detail }) => `  ${oracle}: ${ok ? "holds" : "FAILS"}; ${detail}`),
  ].join("\n");
}
