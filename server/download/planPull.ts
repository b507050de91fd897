// What a download of a model brings: asks the hub for its files, in one version of the repository. Downloads nothing but an index of weights.

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
  proxy?: string; // default: the editor's, else what the environment says
  editorProxy?: EditorProxy;
  token?: string; // default: HF_TOKEN
  storeDir?: string;
  signal?: AbortSignal;
  patience?: Partial<Patience>;
  stallMs?: number;
  certificates?: string[]; // PEM, instead of the system's
}

/** What the editor's own settings say of proxies. */
export interface EditorProxy {
  address: string; // http.proxy; "" for none
  strictSsl: boolean; // http.proxyStrictSSL
}

/** What a download would bring, as the hub says now. */
export interface PullPlan {
  entry: CatalogEntry;
  from: string; // address of the repository
  revision: string; // the commit, where the hub tells it
  files: readonly RemoteFile[]; // in the order of the download, the small ones first
  totalBytes: number;
}

const STALL_MS = 30_000;
const PLAN_TRIES = 3; // somebody waits
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
  const revision = found.commit ?? entry.revision; // from here on one version, whatever is published meanwhile
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

/** What the catalog knows of a file stands above what the hub says. @throws UserError where they speak of different files */
function withPin(file: RemoteFile, entry: CatalogEntry): RemoteFile {
  const pin = entry.files.find(({ path: name }) => name === file.path);
  const { sizeBytes = file.sizeBytes, sha256 = file.sha256 } = pin ?? {};
  if (sizeBytes !== file.sizeBytes || (file.sha256 !== undefined && sha256 !== file.sha256))
    throw downloadFailed(`${entry.repository}/${file.path}`, "it is another file than the catalog means");
  return { ...file, sha256 };
}

/** Where `options` say that models come from. @throws UserError settingInvalid */
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
