// Lists this machine's graphics processors through the system's own interfaces: onnxruntime does not tell which one it uses. Loads drivers
// (Vulkan's), which may crash the process: to be called in a separate process. Runs no model.

import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { nativeCalls } from "../runtime/nativeCalls.ts";

export interface Gpu {
  name: string;
  driver: string; // driver version, as the system writes it
  isSoftware: boolean; // emulated by the processor: never faster than the processor
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic (render|display)|warp/i;

/** The graphics processor that WebGPU uses comes first: dedicated before integrated before software. Empty where there is none. */
export async function listGpus(platform: NodeJS.Platform = process.platform): Promise<Gpu[]> {
  if (platform === "darwin") return [{ name: os.cpus()[0]?.model ?? "GPU", driver: os.release(), isSoftware: false }]; // Metal is always available
  return platform === "win32" ? windowsGpus() : vulkanGpus();
}

const toGpu = (name: string, driver: string): Gpu => ({ name, driver, isSoftware: SOFTWARE.test(name) });

const DISPLAY_CLASS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}";

async function windowsGpus(): Promise<Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)("reg.exe", ["query", DISPLAY_CLASS, "/s"], { windowsHide: true });
    return parseDisplayClass(stdout);
  } catch {
    return [];
  }
}

/** Parses the output of `reg query` for the class of display adapters: each key with a description and a driver version is one. */
export function parseDisplayClass(text: string): Gpu[] {
  const found = text.split(/^(?=HKEY_)/m).flatMap((entry) => {
    const lines = entry.split("\n").map((line) => /^\s+(\S+)\s+REG_SZ\s+(\S.*)/.exec(line) ?? []);
    const value = (name: string) => lines.find((line) => line[1] === name)?.[2]?.trimEnd();
    const [name, driver] = [value("DriverDesc"), value("DriverVersion")];
    return name && driver ? [toGpu(name, driver)] : [];
  });
  return found.sort((a, b) => Number(a.isSoftware) - Number(b.isSoftware));
}

// Vulkan's structures (vulkan_core.h): only the fields that are read.
const CREATE_INFO_BYTES = 64;
const CREATE_INFO_TYPE = 1; // VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
const PROPERTIES_BYTES = 2048; // larger than VkPhysicalDeviceProperties
const AT = { driver: 4, vendor: 8, type: 16, name: 20 } as const; // byte offsets
const NAME_BYTES = 256;
const NVIDIA = 0x10de;
const TYPES = { discrete: 2, integrated: 1, virtual: 3, other: 0, software: 4 } as const; // VkPhysicalDeviceType, the best first
const MOST_GPUS = 16;

async function vulkanGpus(): Promise<Gpu[]> {
  let vulkan: ReturnType<typeof import("koffi").load>;
  try {
    vulkan = (await nativeCalls()).load("libvulkan.so.1");
  } catch {
    return []; // without a loader there is no driver
  }
  const createInstance = vulkan.func("int vkCreateInstance(const void *info, const void *allocator, void *instance)");
  const enumerate = vulkan.func("int vkEnumeratePhysicalDevices(uint64_t instance, void *count, void *devices)");
  const getProperties = vulkan.func("void vkGetPhysicalDeviceProperties(uint64_t device, void *properties)");
  const destroyInstance = vulkan.func("void vkDestroyInstance(uint64_t instance, const void *allocator)");
  const info = Buffer.alloc(CREATE_INFO_BYTES);
  info.writeUInt32LE(CREATE_INFO_TYPE, 0);
  const instance = new BigUint64Array(1);
  if (createInstance(info, null, instance) !== 0) return []; // no driver
  try {
    const count = Uint32Array.of(MOST_GPUS);
    const devices = new BigUint64Array(MOST_GPUS);
    if (enumerate(instance[0], count, devices) < 0) return [];
    const properties = [...devices.subarray(0, count[0])].map((device) => {
      const bytes = Buffer.alloc(PROPERTIES_BYTES);
      getProperties(device, bytes);
      return bytes;
    });
    return parseVulkanProperties(properties);
  } finally {
    destroyInstance(instance[0], null);
  }
}

/** @param all VkPhysicalDeviceProperties of each device */
export function parseVulkanProperties(all: readonly Buffer[]): Gpu[] {
  const order: number[] = Object.values(TYPES);
  const rank = (bytes: Buffer) => order.indexOf(bytes.readUInt32LE(AT.type));
  return all
    .toSorted((a, b) => rank(a) - rank(b))
    .map((bytes) => {
      const name = bytes.toString("utf8", AT.name, AT.name + NAME_BYTES).split("\0")[0];
      const version = bytes.readUInt32LE(AT.driver);
      const isNvidia = bytes.readUInt32LE(AT.vendor) === NVIDIA;
      const parts = isNvidia
        ? [version >>> 22, (version >>> 14) & 0xff, (version >>> 6) & 0xff]
        : [version >>> 22, (version >>> 12) & 0x3ff, version & 0xfff];
      const gpu = toGpu(name, parts.join("."));
      return bytes.readUInt32LE(AT.type) === TYPES.software ? { ...gpu, isSoftware: true } : gpu;
    });
}
