// Downloads one file: resumes from a partial download, retries where that helps, and renames the file into place only when its length and hash
// are right. Knows nothing of models.

import { downloadCorrupt } from "../../common/errors.ts";
import { type Origin, type RemoteFile, requireOk } from "./hub.ts";
import { PartFile, type PartNote, type WriteAt, writeAt } from "./partFile.ts";
import { type Answer, send, TransferFailure } from "./request.ts";
import { patiently } from "./retry.ts";

export interface FileDownload {
  what: string; // name of the file in messages to the user
  target: string; // absolute path; must not exist
  signal: AbortSignal;
  /**
   * Called with the number of received bytes; with `areNew` false for bytes that were already there, negative where they must be received again.
   */
  onBytes: (count: number, areNew: boolean) => void;
  write?: WriteAt; // lets tests simulate a full disk
}

/**
 * Downloads `file` to `target`. When it fails or is cancelled, the received bytes stay in `<target>.part`, and the next call resumes from there.
 * @returns the sha256 of the file
 * @throws UserError downloadFailed, downloadDenied, downloadCorrupt; the file system's error; Cancelled
 */
export async function downloadFile(origin: Origin, file: RemoteFile, download: FileDownload): Promise<string> {
  const { what, target, onBytes, signal } = download;
  const note: PartNote = { url: file.url.href, sha256: file.sha256 };
  const part = await PartFile.open(target, note);
  let finished = false;
  try {
    onBytes(part.sizeBytes, false);
    const restart = async () => {
      onBytes(-part.sizeBytes, false);
      await part.restart();
    };
    if (part.sizeBytes > file.sizeBytes) await restart();
    for (let wrong = 0; ; wrong++) {
      const attempt = () => fetchRest(origin, file, part, restart, download);
      await patiently(what, origin.patience, attempt, signal, () => part.sizeBytes);
      const sha256 = part.sha256();
      if (file.sha256 === undefined || sha256 === file.sha256) {
        await part.finish();
        finished = true;
        return sha256;
      }
      await restart(); // the older part was wrong, or a bit flipped on the way
      if (wrong === 1) throw downloadCorrupt(what, file.sha256);
    }
  } finally {
    if (!finished) await part.keep();
  }
}

async function fetchRest(
  origin: Origin,
  file: RemoteFile,
  part: PartFile,
  restart: () => Promise<void>,
  { what, signal, onBytes, write = writeAt }: FileDownload,
): Promise<void> {
  const { sizeBytes } = file;
  if (part.sizeBytes === sizeBytes) return;
  const answer = await send(file.url, { method: "GET", headers: restOf(part) }, origin.network, signal);
  try {
    if (answer.status === 416) {
      await restart();
      throw new TransferFailure(`${answer.url.host} has no such part of it`);
    }
    requireOk(what, answer);
    if (!goesOn(answer, part, sizeBytes)) {
      await restart();
      if (answer.status === 206) throw new TransferFailure(`${answer.url.host} sent another part than was asked for`);
    }
    requireLength(answer, part.sizeBytes, sizeBytes);
    part.begin({ url: file.url.href, sha256: file.sha256, etag: strongEtag(answer) });
    for await (const chunk of answer.chunks()) {
      if (part.sizeBytes + chunk.length > sizeBytes) {
        await restart();
        throw new TransferFailure(`${answer.url.host} sent more than the ${sizeBytes} bytes that it has`, {
          again: false,
        });
      }
      await part.append(chunk, write);
      onBytes(chunk.length, true);
    }
    if (part.sizeBytes < sizeBytes)
      throw new TransferFailure(`${answer.url.host} stopped after ${part.sizeBytes} of ${sizeBytes} bytes`);
  } finally {
    answer.close();
  }
}

/** Headers that request the missing part, or the whole file if it has changed (RFC 9110, section 13.1.5). */
function restOf({ sizeBytes, etag }: PartFile): Record<string, string> {
  if (sizeBytes === 0) return {};
  return { range: `bytes=${sizeBytes}-`, ...(etag === undefined ? {} : { "if-range": etag }) };
}

/** Whether the body is the missing part: of the same file, from the end of the existing part on. */
function goesOn(answer: Answer, part: PartFile, sizeBytes: number): boolean {
  if (answer.status !== 206) return part.sizeBytes === 0;
  const range = `bytes ${part.sizeBytes}-${sizeBytes - 1}/`;
  const said = answer.headers["content-range"] ?? "";
  const etag = strongEtag(answer);
  const sameFile = part.etag === undefined || etag === undefined || etag === part.etag;
  return sameFile && (said === `${range}${sizeBytes}` || said === `${range}*`);
}

/** @throws TransferFailure where the body is announced with another length, or in an encoding that was not requested */
function requireLength({ headers, url }: Answer, presentBytes: number, sizeBytes: number): void {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity")
    throw new TransferFailure(`${url.host} sends it encoded as ${encoding}`, { again: false });
  const length = headers["content-length"];
  if (length === undefined || Number(length) === sizeBytes - presentBytes) return;
  const told = `${url.host} announces ${length} bytes, where ${sizeBytes - presentBytes} are left to come`;
  throw new TransferFailure(told, { again: false });
}

const strongEtag = ({ headers }: Answer): string | undefined =>
  headers.etag?.startsWith('"') ? headers.etag : undefined;
