// The names of the two models that come with Sotto, and the choices that a user has among them. Names only: knows no folder and no speed.

/** quick: small enough for every machine; strong: knows more, and takes longer. */
export const TIERS = ["quick", "strong"] as const;
export type Tier = (typeof TIERS)[number];

/** auto: strong writes what is asked for; the tier that is fast enough on this machine writes what is suggested while you type. */
export const MODEL_CHOICES = ["auto", ...TIERS] as const;
export type ModelChoice = (typeof MODEL_CHOICES)[number];

/** The reason shown where strong's folder contains no model: a clause for a message to the user. */
export const STRONG_IS_ABSENT = "strong is not part of this installation";

export const isModelChoice = (text: string): text is ModelChoice => (MODEL_CHOICES as readonly string[]).includes(text);
