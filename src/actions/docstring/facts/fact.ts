// A fact that the syntax tree tells about a function, as a clause: its verb and the rest. Types only.

/** The longest `rest`, in UTF-16 units. */
export const MOST_REST_UNITS = 130;

export interface Fact {
  verb: string; // imperative
  rest: string; // what follows the verb
  /** How much a reader would miss it: the highest is told first. */
  rank: number;
  /** It holds only where no guard has left the function before. */
  isAfterGuard?: boolean;
  /** It tells the whole result, so that no other sentence need. */
  isWhole?: boolean;
  /** It is the guard that what comes after it depends on. */
  isGuard?: boolean;
}
