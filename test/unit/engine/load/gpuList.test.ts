// What systems say of their graphics processors, in their own layouts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listGpus, parseDisplayClass, parseVulkanProperties } from "../../../../server/engine/load/gpuList.ts";

/** VkPhysicalDeviceProperties, as far as it is read. */
function properties(name: string, type: number, vendor: number, driver: number): Buffer {
  const bytes = Buffer.alloc(2048);
  bytes.writeUInt32LE(driver, 4);
  bytes.writeUInt32LE(vendor, 8);
  bytes.writeUInt32LE(type, 16);
  bytes.write(name, 20);
  return bytes;
}

test("Vulkan: dedicated, built in, software; versions as their makers pack them", () => {
  const [lavapipe, intel, nvidia] = [
    properties("llvmpipe (LLVM 19.1.7, 256 bits)", 4, 0x10005, 25 * 2 ** 22 + 7),
    properties("Intel(R) Graphics", 1, 0x8086, 25 * 2 ** 22 + 2 * 2 ** 12 + 5),
    properties("NVIDIA RTX 4090", 2, 0x10de, 570 * 2 ** 22 + 86 * 2 ** 14 + 10 * 2 ** 6),
  ];
  assert.deepEqual(parseVulkanProperties([lavapipe, intel, nvidia]), [
    { name: "NVIDIA RTX 4090", driver: "570.86.10", isSoftware: false },
    { name: "Intel(R) Graphics", driver: "25.2.5", isSoftware: false },
    { name: "llvmpipe (LLVM 19.1.7, 256 bits)", driver: "25.0.7", isSoftware: true },
  ]);
  assert.deepEqual(parseVulkanProperties([]), []);
  // by its type, whatever it calls itself
  assert.equal(parseVulkanProperties([properties("Future", 4, 0, 1)])[0].isSoftware, true);
});

test("Windows: the keys of the registry that describe a driver", () => {
  const text = [
    "",
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}",
    "    Class    REG_SZ    Display",
    "",
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0000",
    "    DriverDesc    REG_SZ    Microsoft Basic Display Adapter",
    "    DriverVersion    REG_SZ    10.0.26100.1",
    "",
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0001",
    "    DriverDate    REG_SZ    1-2-2026",
    "    DriverDesc    REG_SZ    Intel(R) Arc(TM) A770 Graphics",
    "    DriverVersion    REG_SZ    32.0.101.6078",
    "",
  ].join("\r\n");
  assert.deepEqual(parseDisplayClass(text), [
    { name: "Intel(R) Arc(TM) A770 Graphics", driver: "32.0.101.6078", isSoftware: false },
    { name: "Microsoft Basic Display Adapter", driver: "10.0.26100.1", isSoftware: true },
  ]);
  assert.deepEqual(parseDisplayClass("ERROR: The system was unable to find the specified registry key"), []);
});

test("macOS has Metal", async () => {
  const [gpu] = await listGpus("darwin");
  assert.ok(gpu.name.length > 0 && !gpu.isSoftware);
});
