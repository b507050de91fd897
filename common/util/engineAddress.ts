// What an address says: whether it is this machine, and whether what is sent there travels in plain text. Pure; asks no name server.

import { isIPv4 } from "node:net";

/** Scheme, host and port: what consents and keys are kept by. @param url a valid address */
export const originOf = (url: string): string => new URL(url).origin;

/** Whether a host is this machine by its own word: `localhost`, 127.0.0.0/8 or ::1. A name that merely resolves to it is none. */
export const isLoopbackHost = (host: string): boolean =>
  ["localhost", "::1", "[::1]"].includes(host) || (isIPv4(host) && host.startsWith("127."));

/** The same of an address. */
export const isLoopback = (url: string): boolean => isLoopbackHost(new URL(url).hostname);

/** Whether others on the way can read what is sent. */
export const isReadableOnTheWay = (url: string): boolean => new URL(url).protocol === "http:" && !isLoopback(url);
