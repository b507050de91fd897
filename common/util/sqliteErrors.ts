// What SQLite's errors say. Knows no database.

const SQLITE_BUSY = 5;

/** SQLite's primary result code of an error (the extended ones hold it in their lowest byte); undefined for others. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

export const isBusy = (error: unknown): boolean => resultCode(error) === SQLITE_BUSY;
