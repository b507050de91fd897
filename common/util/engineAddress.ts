// What an engine's address says: whether it is this machine, and whether what is sent there travels in plain text. Pure; asks no name server.

/** Scheme, host and port: what consents and keys are kept by. @param url a valid address */
export const originOf = (url: string): string => new URL(url).origin;

/** Whether the address is this machine by its own word: `localhost`, 127.0.0.0/8 or ::1. A name that merely resolves to it is none. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url); // an IPv4 address is in its usual form here, however it was written
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Whether others on the way can read what is sent. */
export const isReadableOnTheWay = (url: string): boolean => new URL(url).protocol === "http:" && !isLoopback(url);
