// Who may ask the server: with a key whoever sends it, without one the programs of this machine, and no web page. Pure.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isLoopbackHost } from "../../common/util/engineAddress.ts";
import { HttpError } from "./httpError.ts";

/** @throws HttpError 401, 403 */
export function requireAccess(headers: IncomingHttpHeaders, key: string | undefined): void {
  if (key === undefined) requireOwnMachine(headers);
  else if (!isKey(sentKey(headers), key))
    throw new HttpError(401, "The key is missing or wrong. Send it as Authorization: Bearer KEY, or as X-Api-Key.", {
      headers: { "www-authenticate": "Bearer" },
    });
}

/**
 * Browsers name the page that a request comes from (Origin) and the name that was looked up (Host). A page of another site could point a name of
 * its own at 127.0.0.1 (DNS rebinding) and would then send no foreign Origin with a GET.
 */
function requireOwnMachine({ origin, host }: IncomingHttpHeaders): void {
  const advice = "Start the server with a key, and send that.";
  if (origin !== undefined) throw new HttpError(403, `Without a key no web page may ask this server. ${advice}`);
  const address = `http://${host}`;
  if (host !== undefined && URL.canParse(address) && isLoopbackHost(new URL(address).hostname)) return;
  throw new HttpError(403, `Without a key this server is asked by a name of this machine (127.0.0.1). ${advice}`);
}

function sentKey({ authorization = "", "x-api-key": apiKey }: IncomingHttpHeaders): string {
  const scheme = "bearer ";
  if (authorization.toLowerCase().startsWith(scheme)) return authorization.slice(scheme.length).trim();
  return typeof apiKey === "string" ? apiKey : "";
}

/** In a time that does not depend on how much of the key is right, nor on its length. */
const isKey = (sent: string, key: string): boolean => timingSafeEqual(digest(sent), digest(key));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
