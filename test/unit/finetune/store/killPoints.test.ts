// The store survives a kill at every step of the file system: each adapter is whole or not there, and what is in use is what was before
// the change or what is after it.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { keepAdapter } from "../../../../finetune/store/keepAdapter.ts";
import {
  adapterOff,
  readStore,
  removeAdapter,
  renameAdapter,
  rollBack,
  useAdapter,
} from "../../../../src/adapters/adapterStore.ts";
import { noFacts } from "../../../../src/adapters/storedAdapter.ts";
import { versionOf } from "../../../../src/adapters/storeFiles.ts";
import { workspaceFolder } from "../../../../src/adapters/workspaceFolder.ts";
import { runOnFullDisk, runUntilKilled } from "./dyingProcess.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-kill-"));
after(() => rmSync(scratch, { recursive: true }));

const trained = path.join(scratch, "trained");
mkdirSync(trained);
const content: Record<string, string> = {
  "adapter_config.json": "{}",
  "adapter_model.safetensors": "all of the tensors",
  "sotto.json": '{"base":{"id":"tiny","weightsSha256":"tiny-1"}}',
  "report.html": "<p>all of the report</p>",
};
for (const [name, text] of Object.entries(content)) writeFileSync(path.join(trained, name), text);
const root = path.join(scratch, "shop");
mkdirSync(root);

const dataDir = path.join(scratch, "data");

interface State {
  active: string | null;
  history: string[];
  names: Record<string, string>; // by id
}

/** What a reader finds; it must be whole. */
function stateNow(): State {
  const { active, history, adapters, problems } = readStore(root, dataDir);
  assert.deepEqual(problems, []);
  for (const { dir } of adapters) {
    for (const [name, text] of Object.entries(content)) assert.equal(readFileSync(path.join(dir, name), "utf8"), text);
  }
  return { active: active?.id ?? null, history, names: Object.fromEntries(adapters.map(({ id, name }) => [id, name])) };
}

/** A change, and what it should make of a state. */
interface Change {
  run(before: State): unknown;
  wanted(before: State, newId: string): State;
}

const choose = (before: State, id: string | null): State =>
  before.active === id
    ? before
    : { ...before, active: id, history: before.active === null ? before.history : [before.active, ...before.history] };

const withNew = (before: State, id: string): State => ({ ...before, names: { [id]: id, ...before.names } });

const oldest = ({ names }: State): string => Object.keys(names).at(-1)!;

const without = ({ active, history, names }: State, id: string): State => ({
  active: active === id ? null : active,
  history: history.filter((other) => other !== id),
  names: Object.fromEntries(Object.entries(names).filter(([other]) => other !== id)),
});

const changes: Record<string, Change> = {
  keep: {
    run: () => keepAdapter(root, trained, noFacts, { dataDir }),
    wanted: (before, id) => choose(withNew(before, id), id),
  },
  put: { run: () => keepAdapter(root, trained, noFacts, { dataDir, use: false }), wanted: withNew },
  use: {
    run: (before) => useAdapter(root, oldest(before), dataDir),
    wanted: (before) => choose(before, oldest(before)),
  },
  rollBack: {
    run: () => rollBack(root, dataDir),
    wanted: (before) => ({ ...before, active: before.history[0] ?? null, history: before.history.slice(1) }),
  },
  rename: {
    run: (before) => renameAdapter(root, oldest(before), `not ${before.names[oldest(before)]}`, dataDir),
    wanted: (before) => {
      const id = oldest(before);
      return { ...before, names: { ...before.names, [id]: `not ${before.names[id]}` } };
    },
  },
  remove: {
    run: (before) => removeAdapter(root, oldest(before), dataDir),
    wanted: (before) => without(before, oldest(before)),
  },
  off: { run: () => adapterOff(root, dataDir), wanted: (before) => choose(before, null) },
};

const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

test("killed at any step of any change, again and again: the state before or after it, and the same change works then", () => {
  let points = 0;
  let given = 0; // the highest version that was seen
  for (let round = 0; points < 200; round++) {
    for (const [name, change] of Object.entries(changes)) {
      for (let point = 0; ; point++) {
        const before = stateNow();
        if (before.active === null && before.history.length === 0 && name === "rollBack") break; // nothing to go back to
        const wanted = change.wanted(before, `shop-${given + 1}`);
        const { killed } = runUntilKilled(point, () => change.run(before));
        const found = stateNow();
        const at = `round ${round}, ${name}, step ${point}: ${JSON.stringify({ before, found })}`;
        given = Math.max(given, ...Object.keys(found.names).map(versionOf));
        if (!killed) {
          assert.deepEqual(found, wanted, at);
          break;
        }
        points++;
        // An adapter may be there already, or still, that is not in use.
        const choice = ({ active, history }: State) => ({ active, history });
        assert.ok(
          [before, wanted].some((state) => isEqual(choice(state), choice(found))),
          at,
        );
        assert.ok(
          [before, wanted].some((state) => isEqual(state.names, found.names)),
          at,
        );
      }
    }
    const folders = readdirSync(path.join(workspaceFolder(root, dataDir), "adapters")).sort();
    assert.deepEqual(folders, Object.keys(stateNow().names).sort(), "nothing else is left");
  }
});

test("a disk that is full at any step of a change: one clear error, nothing has changed and nothing is left behind", () => {
  const full = path.join(scratch, "full");
  const state = () => JSON.stringify(readStore(root, full));
  const adapters = () => readdirSync(path.join(workspaceFolder(root, full), "adapters"));
  let refused = 0;
  for (const change of [
    () => keepAdapter(root, trained, noFacts, { dataDir: full }),
    () => renameAdapter(root, "shop-1", "another", full),
    () => adapterOff(root, full),
    () => useAdapter(root, "shop-1", full),
    () => removeAdapter(root, "shop-1", full),
  ]) {
    for (let point = 0; ; point++) {
      const before = state();
      try {
        runOnFullDisk(point, change);
        break;
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, /cannot be changed: ENOSPC/);
        assert.match(error.action, /room/);
        refused++;
        assert.equal(state(), before);
      }
    }
    assert.deepEqual(
      adapters().filter((name) => name.startsWith(".")),
      [],
    );
  }
  assert.ok(refused > 20, `${refused}`);
});
