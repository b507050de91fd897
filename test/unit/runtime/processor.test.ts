// Which processors need the exact kernels, read off excerpts of /proc/cpuinfo.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hasVnni } from "../../../server/runtime/processor.ts";

test("both VNNI extensions are recognised, and nothing else is", () => {
  assert.ok(hasVnni("processor\t: 0\nflags\t\t: fpu avx2 avx512bw avx512_vnni avx512_bitalg\n"));
  assert.ok(hasVnni("processor\t: 0\nflags\t\t: fpu avx2 avx_vnni\n"));
  assert.ok(!hasVnni("processor\t: 0\nflags\t\t: fpu avx2 avx512bw avx512_bitalg\n"));
  assert.ok(!hasVnni("model name\t: avx512_vnni\nflags\t\t: fpu avx2\n"));
});
