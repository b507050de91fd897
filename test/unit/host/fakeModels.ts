// Models that only have a name and count their disposals, and a loader that loads when a test says so. Not a test.

import type { LocalModel } from "../../../server/host/localModel.ts";
import type { ModelLoader } from "../../../server/host/modelPool.ts";
import type { HostStatus } from "../../../server/host/protocol/messages.ts";

export interface FakeModel extends LocalModel {
  name: string;
  device: string;
  disposals: number;
}

export function fakeModel(name: string): FakeModel {
  const model = {
    name,
    device: "d",
    disposals: 0,
    status: (): HostStatus => ({
      state: "ready",
      model: name,
      device: model.device,
      runtime: "r",
      loadMs: 1,
      rssBytes: 0,
    }),
    dispose: () => {
      model.disposals++;
    },
  };
  return model as unknown as FakeModel;
}

export interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

export function deferred(): Deferred {
  let [resolve, reject]: [() => void, (error: Error) => void] = [() => {}, () => {}];
  const promise = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

export const itself = async (model: LocalModel) => model as FakeModel;

/** What has been promised by now is done, and what that promises. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}

/** Notes what is loaded; a load waits while it is held, and fails with what `failures` says for its adapter. */
export function fakeLoader() {
  const loads: string[] = []; // adapters' folders, "" for none
  const models: FakeModel[] = [];
  const failures = new Map<string, Error>();
  const held = new Map<string, Deferred>();
  const load: ModelLoader = async function* (adapter = "") {
    loads.push(adapter);
    await held.get(adapter)?.promise;
    const failure = failures.get(adapter);
    if (failure) throw failure;
    const model = fakeModel(adapter);
    models.push(model);
    yield model;
  };
  return {
    load,
    models,
    loads,
    failures,
    hold: (adapter: string) => held.set(adapter, deferred()),
    release: (adapter: string) => held.get(adapter)!.resolve(),
    /** Names of the models that have not been disposed. */
    inMemory: () => models.filter(({ disposals }) => disposals === 0).map(({ name }) => name),
    /** Whether some model was disposed twice. */
    isTidy: () => models.every(({ disposals }) => disposals <= 1),
  };
}
