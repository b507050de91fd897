// The hub's addresses, and what its headers say about a file: commit, size and hash. Mirrors use the same protocol. Downloads nothing but an
// index.

import { downloadDenied, downloadFailed, settingInvalid } from "../../common/errors.ts";
import { HUB } from "../../common/util/hub.ts";
import { type Answer, type Network, send, TransferFailure } from "./request.ts";
import { type Patience, patiently } from "./retry.ts";

/** A source of models: the hub, or a mirror of it. */
export interface Origin {
  base: URL; // ends with "/"
  network: Network;
  patience: Patience;
}

/** What is known of a file before it is downloaded. */
export interface RemoteFile {
  path: string;
  url: URL; // address of exactly this version
  sizeBytes: number;
  sha256: string | undefined; // given by the hub for large files, and by mirrors that support it
  commit: string | undefined; // the repository's commit
}

/** @throws UserError settingInvalid */
export function baseOf(mirror: string): URL {
  const url = URL.parse(mirror.endsWith("/") ? mirror : `${mirror}/`);
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "" && url.hash === "") return url;
  throw settingInvalid("sotto.download.mirror", `must be an address such as ${HUB}`);
}

/** Only for plain names, which need no escaping. */
export const fileUrl = ({ base }: Origin, repository: string, revision: string, path: string): URL =>
  new URL(`${repository}/resolve/${encodeURIComponent(revision)}/${path}`, base);

/**
 * Requests the headers of the file at `path`, without its content. Large files are stored elsewhere: the answer that redirects there describes
 * them.
 * @returns undefined where the repository has no such file
 * @throws UserError downloadDenied, downloadFailed; Cancelled
 */
export async function askForFile(
  origin: Origin,
  repository: string,
  revision: string,
  path: string,
  signal: AbortSignal,
): Promise<RemoteFile | undefined> {
  const url = fileUrl(origin, repository, revision, path);
  const what = `${repository}/${path}`;
  const head = async (): Promise<RemoteFile | undefined> => {
    const { headers, status } = await headersOf(url, origin, signal);
    if (status === 404) return undefined;
    if (status !== 200 && !(status >= 300 && status < 400 && headers.location))
      throw refusal(what, url, status, headers);
    const text = (name: string) => [headers[name]].flat()[0];
    const sizeBytes = Number(text("x-linked-size") ?? (status === 200 ? text("content-length") : undefined));
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
      throw new TransferFailure(`${url.host} does not say how long it is`, { again: false });
    const commit = /^[0-9a-f]{40}$/.exec(text("x-repo-commit") ?? "")?.[0];
    return { path, url, sizeBytes, sha256: sha256Of(text("x-linked-etag") ?? text("etag")), commit };
  };
  return patiently(what, origin.patience, head, signal);
}

/** The headers of the hub itself; where it redirects without describing the file, those of the redirect's target. */
async function headersOf(url: URL, { network }: Origin, signal: AbortSignal): Promise<Answer> {
  const follow = (from: URL, to: URL) => from.origin === to.origin; // to follow the renaming of a repository
  const first = await send(url, { method: "HEAD", follow }, network, signal);
  first.close();
  if (first.headers.location === undefined || first.headers["x-linked-size"] !== undefined) return first;
  const last = await send(url, { method: "HEAD" }, network, signal);
  last.close();
  return { ...last, headers: { ...last.headers, "x-repo-commit": first.headers["x-repo-commit"] } };
}

/** Etags of large files are their sha256; other etags have no agreed meaning. */
const sha256Of = (etag: string | undefined): string | undefined => /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(etag ?? "")?.[1];

/**
 * The content of a small file.
 * @throws UserError downloadDenied, downloadFailed (also where it is longer than `maxBytes`); Cancelled
 */
export async function readSmall(
  origin: Origin,
  file: RemoteFile,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  if (file.sizeBytes > maxBytes)
    throw downloadFailed(file.url.href, `it has ${file.sizeBytes} bytes, too many for what it is`);
  const read = async (): Promise<Buffer> => {
    const answer = await send(file.url, { method: "GET" }, origin.network, signal);
    requireOk(file.path, answer);
    const chunks: Buffer[] = [];
    let received = 0;
    for await (const chunk of answer.chunks()) {
      if ((received += chunk.length) > maxBytes) throw new TransferFailure("it does not end", { again: false });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };
  return patiently(file.url.href, origin.patience, read, signal);
}

/** @throws what `refusal` returns, unless there is a body to read */
export function requireOk(what: string, { status, headers, url, close }: Answer): void {
  if (status === 200 || status === 206) return;
  close();
  throw refusal(what, url, status, headers);
}

/** The error for an answer without the content: a UserError where retrying is useless, otherwise a TransferFailure. */
function refusal(what: string, { host }: URL, status: number, headers: Answer["headers"]): Error {
  if (status === 401 || status === 403) return downloadDenied(what, host, status);
  const reason = status === 404 ? `${host} does not have it` : `${host} answered with status ${status}`;
  const again = status === 408 || status === 416 || status === 429 || status >= 500;
  return new TransferFailure(reason, { again, waitMs: again ? retryAfterMs(headers["retry-after"], Date.now()) : 0 });
}

/** The wait in milliseconds from now, from seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - nowMs;
  return ms > 0 ? ms : 0;
}
