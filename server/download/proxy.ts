// Chooses the proxy for an address. Opens nothing.

import { isIP } from "node:net";
import { settingInvalid } from "../../common/errors.ts";
import { isLoopbackHost } from "../../common/util/engineAddress.ts";

/** Proxy settings, besides the environment; "" where nothing is set. */
export interface ProxyChoice {
  chosen: string; // for downloads only: sotto.download.proxy, --proxy
  ofEditor: string; // for everything that the editor does: http.proxy
}

/**
 * The proxy for `address`: the one chosen for downloads; else the editor's; else that of HTTPS_PROXY and HTTP_PROXY (lower case first, as in
 * curl). A proxy that was not chosen for downloads is not used for this machine or for what NO_PROXY names.
 * @throws UserError settingInvalid for anything but an http or https address
 */
export function proxyFor(
  address: URL,
  { chosen, ofEditor }: ProxyChoice,
  env: NodeJS.ProcessEnv = process.env,
): URL | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  if (chosen) return parsed(chosen, "sotto.download.proxy");
  if (isLoopback(address) || excepted(address, variable("NO_PROXY"))) return undefined;
  if (ofEditor) return parsed(ofEditor, "http.proxy");
  const name = address.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const fromEnv = variable(name);
  return fromEnv ? parsed(fromEnv, name) : undefined;
}

function parsed(proxy: string, setting: string): URL {
  const url = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "") return url;
  throw settingInvalid(setting, "must be an address such as http://proxy.example:3128");
}

/** Whether the address is this machine, for which only a proxy chosen for downloads is used. */
export const isLoopback = ({ hostname }: URL): boolean => isLoopbackHost(hostname);

/**
 * Whether NO_PROXY covers the address: a list of names, which include all names that end in them, each with or without a port, or "*" for all.
 */
function excepted({ hostname, port, protocol }: URL, list: string): boolean {
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    if (entry === "" || entry === "*") return entry === "*";
    const [, host, forPort] = (isIP(entry) === 6 ? undefined : /^(.*):(\d+)$/.exec(entry)) ?? [
      undefined,
      entry,
      ownPort,
    ];
    const name = isIP(host) === 6 ? `[${host}]` : host.replace(/^\*?\./, "");
    return forPort === ownPort && (hostname === name || hostname.endsWith(`.${name}`));
  });
}
