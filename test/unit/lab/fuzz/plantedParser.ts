// A parser with faults that lie deep: only who is led by coverage finds them. Not a test.

import { modelCorrupt } from "../../../../common/errors.ts";

/** @throws UserError for nearly everything */
export function plantedParser(input: Buffer): void {
  if (input[0] !== 0x46) throw modelCorrupt("planted", "it does not begin with F");
  if (input[1] !== 0x55) throw modelCorrupt("planted", "U does not follow");
  if (input[2] === 0x5a) {
    if (input[3] === 0x21) throw new TypeError("planted crash");
    throw modelCorrupt("planted", "no mark follows");
  }
  if (input[2] === 0x53) {
    const start = process.cpuUsage();
    while (process.cpuUsage(start).user < 150_000); // planted hang, in microseconds
  }
  if (input[2] === 0x4d) Buffer.alloc(100_000_000, 1);
}
