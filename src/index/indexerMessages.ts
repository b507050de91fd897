// The messages between a window's agent and its indexer process. Types only.

export type ToIndexer =
  | { kind: "open"; root: string; file: string; exclude: readonly string[]; copies?: boolean } // the first
  | { kind: "changed"; paths: readonly string[] }
  | { kind: "damaged"; identity: string } // of the database's file in which a reader found damage
  | { kind: "exclude"; exclude: readonly string[] }
  | { kind: "copies"; on: boolean } // whether the licence guard's index is kept
  | { kind: "copiesDamaged" }; // a reader found its file broken

export type FromIndexer = { kind: "said"; message: string };

/** Exit statuses of the process, besides 0: another process writes this index. */
export const INDEX_UNWRITABLE = 3;
