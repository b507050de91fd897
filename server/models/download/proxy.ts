// Which proxy an address is reached through, and the tunnel through it. Sends nothing of a request.

import http from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import { settingInvalid } from "../../protocol/errors.ts";

/**
 * The proxy for `address`: `chosen`, else what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say (small letters first, as curl has it).
 * @param chosen "" where nothing is set
 * @throws UserError settingInvalid for what is no http or https address
 */
export function proxyFor(address: URL, chosen: string, env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  const fromEnv = () => {
    if (isLoopback(address) || excepted(address, variable("NO_PROXY"))) return "";
    return variable(address.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  };
  const proxy = chosen || fromEnv();
  if (proxy === "") return undefined;
  const url = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "") return url;
  throw settingInvalid("sotto.download.proxy", "must be an address such as http://proxy.example:3128");
}

/** This machine, which no proxy of the environment is asked for. */
export const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** NO_PROXY: names with all that end in them, each with or without a port, or "*" for all. */
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

/** What a proxy is told of who asks, where its address says it. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/**
 * A connection to `target`'s host through `proxy` (HTTP's CONNECT, RFC 9110 section 9.3.6).
 * @throws Error where the proxy cannot be reached or refuses
 */
export function openTunnel(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  const host = `${target.hostname}:${target.port || 443}`;
  return new Promise((resolve, reject) => {
    const { request } = proxy.protocol === "https:" ? https : http;
    const connecting = request(proxy, {
      method: "CONNECT",
      path: host,
      headers: { host, ...proxyAuthorization(proxy) },
      agent: false,
      signal,
    });
    connecting.once("connect", ({ statusCode }, socket, head) => {
      if (statusCode === 200 && head.length === 0) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} answered with status ${statusCode}`));
    });
    connecting.once("response", (response) => {
      response.destroy();
      reject(new Error(`the proxy ${proxy.host} answered with status ${response.statusCode}`));
    });
    connecting.once("error", (error) => reject(new Error(`the proxy ${proxy.host}: ${error.message}`)));
    connecting.end();
  });
}
