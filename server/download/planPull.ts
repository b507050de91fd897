// Plans the download of a model: asks the hub for its files, all of one version of the repository. Downloads nothing but an index of weights.

import { downloadFailed } from "../../common/errors.ts";
import { HUB } from "../../common/util/hub.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import type { CatalogEntry } from "../engine/models/catalogEntries.ts";
import { OPTIONAL_FILES, shardsOf } from "../engine/models/importSource.ts";
import { CONFIG_FILE, INDEX_FILE, WEIGHTS_FILE } from "../engine/models/modelStore.ts";
import { askForFile, baseOf, type Origin, type RemoteFile, readSmall } from "./hub.ts";
import type { Network } from "./request.ts";
import { PATIENCE, type Patience } from "./retry.ts";

export interface PullOptions {
  mirror?: string; // base address; default: the hub's
  proxy?: string; // default: the editor's, else the environment's
  editorProxy?: EditorProxy;
  token?: string; // default: HF_TOKEN
  storeDir?: string;
  signal?: AbortSignal;
  patience?: Partial<Patience>;
  stallMs?: number;
  certificates?: string[]; // PEM, instead of the system's
}

/** The editor's own proxy settings. */
export interface EditorProxy {
  address: string; // http.proxy; "" for none
  strictSsl: boolean; // http.proxyStrictSSL
}

/** The files that a download would bring, as the hub describes them now. */
export interface PullPlan {
  entry: CatalogEntry;
  from: string; // address of the repository
  revision: string; // the commit, if the hub gives it
  files: readonly RemoteFile[]; // in the order of download, small files first
  totalBytes: number;
}

const STALL_MS = 30_000;
const PLAN_TRIES = 3; // few, because somebody is waiting
const MAX_INDEX_BYTES = 16e6;

/**
 * Asks the hub for the files of `entry`; downloads nothing but an index of weights.
 * @throws UserError downloadFailed, downloadDenied, settingInvalid; Cancelled
 */
export async function planPull(entry: CatalogEntry, options: PullOptions = {}): Promise<PullPlan> {
  const tries = Math.min(options.patience?.tries ?? PATIENCE.tries, PLAN_TRIES);
  const origin = originOf({ ...options, patience: { ...options.patience, tries } });
  const { signal = new AbortController().signal } = options;
  const { repository } = entry;
  const from = new URL(repository, origin.base).href;
  const [first, ...others] = entry.files.map((file) => file.path);
  const found = await askForFile(origin, repository, entry.revision, first, signal);
  if (!found) throw downloadFailed(`${repository}/${first}`, `${origin.base.host} does not have it`);
  const revision = found.commit ?? entry.revision; // from here on this version only, whatever is published meanwhile
  const ask = (name: string) => askForFile(origin, repository, revision, name, signal);
  const needed = async (name: string): Promise<RemoteFile> => {
    const file = await ask(name);
    if (!file) throw downloadFailed(`${repository}/${name}`, `${origin.base.host} does not have it`);
    return file;
  };
  const weights = async (): Promise<RemoteFile[]> => {
    if (entry.files.some((file) => /\.(safetensors|gguf)$/.test(file.path))) return [];
    const [single, index] = await Promise.all([ask(WEIGHTS_FILE), ask(INDEX_FILE)]);
    if (!index) return [single ?? (await needed(INDEX_FILE))];
    const content = parsedJson((await readSmall(origin, index, MAX_INDEX_BYTES, signal)).toString("utf8"));
    return [index, ...(await Promise.all(shardsOf(content, from).map(needed)))];
  };
  const optional = async () => (await Promise.all(OPTIONAL_FILES.map(ask))).filter((file) => file !== undefined);
  const all = await Promise.all([needed(first), Promise.all(others.map(needed)), weights(), optional()]);
  const files = all.flat(2).map((file) => withPin(file, entry));
  files.sort((a, b) => Number(b.path === CONFIG_FILE) - Number(a.path === CONFIG_FILE) || a.sizeBytes - b.sizeBytes);
  return { entry, from, revision, files, totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** Applies the catalog's facts about a file, which take precedence over the hub's. @throws UserError where they contradict each other */
function withPin(file: RemoteFile, entry: CatalogEntry): RemoteFile {
  const pin = entry.files.find(({ path: name }) => name === file.path);
  const { sizeBytes = file.sizeBytes, sha256 = file.sha256 } = pin ?? {};
  if (sizeBytes !== file.sizeBytes || (file.sha256 !== undefined && sha256 !== file.sha256))
    throw downloadFailed(`${entry.repository}/${file.path}`, "it is another file than the catalog means");
  return { ...file, sha256 };
}

/** The source of models according to `options`. @throws UserError settingInvalid */
export function originOf({
  mirror,
  proxy = "",
  editorProxy,
  token,
  stallMs = STALL_MS,
  patience,
  certificates,
}: PullOptions): Origin {
  const base = baseOf(mirror || HUB);
  const network: Network = {
    proxy: { chosen: proxy, ofEditor: editorProxy?.address ?? "" },
    strictSsl: editorProxy?.strictSsl ?? true,
    token: token ?? (process.env.HF_TOKEN || undefined),
    tokenOrigin: base.origin,
    stallMs,
    certificates,
  };
  return { base, network, patience: { ...PATIENCE, ...patience } };
}
