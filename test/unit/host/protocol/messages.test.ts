// The messages of the two links have names of their own: `sotto/…` between the editor and the agent, `host/…` between the agent and the host.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { Method } from "../../../../server/host/protocol/messages.ts";

const EDITOR_PROTOCOL = path.join(import.meta.dirname, "../../../../src/protocol");

/** Every table of method names that a file of the editor's protocol exports. */
async function editorTables(): Promise<[table: string, methods: Record<string, string>][]> {
  const files = readdirSync(EDITOR_PROTOCOL).filter((file) => file.endsWith(".ts"));
  const modules: Record<string, unknown>[] = await Promise.all(
    files.map((file) => import(path.join(EDITOR_PROTOCOL, file))),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith("Method"))
    .map(([name, methods]) => [name, methods as Record<string, string>]);
}

describe("message names", () => {
  test("those of the host's link are host/…", () => {
    for (const method of Object.values(Method)) assert.match(method, /^host\/[a-zA-Z]+$/);
  });

  test("those of the editor's link are sotto/…", async () => {
    const tables = await editorTables();
    const names = tables.map(([name]) => name);
    for (const wanted of ["AgentMethod", "ModelMethod", "FineTuneMethod"]) assert.ok(names.includes(wanted), wanted);
    for (const [, methods] of tables)
      for (const method of Object.values(methods)) assert.match(method, /^sotto\/[a-zA-Z/]+$/);
  });

  test("no name is given twice, over both links", async () => {
    const tables = [...(await editorTables()), ["Method", Method] as const];
    const all = tables.flatMap(([, methods]) => Object.values(methods));
    assert.deepEqual(
      all.filter((method, at) => all.indexOf(method) !== at),
      [],
    );
  });
});
