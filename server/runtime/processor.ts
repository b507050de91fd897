// What the processor cannot do right. Owns the question only.

import { readFileSync } from "node:fs";

/**
 * Whether the fast kernels for products of unsigned and signed bytes may saturate here: x64 processors without VNNI add pairs in 16 bits.
 * The exact kernels cost up to 40 % of the speed, so they are for those only; where the processor does not tell, it is taken for one of them.
 */
export function byteProductsSaturate(): boolean {
  if (process.arch !== "x64") return false;
  if (process.platform !== "linux") return true;
  try {
    return !hasVnni(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return true;
  }
}

/** Whether the text of /proc/cpuinfo names one of the two VNNI extensions. */
export function hasVnni(cpuinfo: string): boolean {
  return /^flags\s*:.*\b(avx512_vnni|avx_vnni)\b/m.test(cpuinfo);
}
