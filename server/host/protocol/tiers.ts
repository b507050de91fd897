// The two models that Sotto brings, by what they are for, and what a person may choose among them. Names only: knows no folder and no speed.

/** quick: small enough for every machine; strong: knows more, and takes longer. */
export const TIERS = ["quick", "strong"] as const;
export type Tier = (typeof TIERS)[number];

/** auto: what is asked for comes from strong, and what is typed from the one that is fast enough here. */
export const MODEL_CHOICES = ["auto", ...TIERS] as const;
export type ModelChoice = (typeof MODEL_CHOICES)[number];

/** Why strong does nothing where its folder is no model: a clause, for whoever tells a person. */
export const STRONG_IS_ABSENT = "strong is not part of this installation";

export const isModelChoice = (text: string): text is ModelChoice => (MODEL_CHOICES as readonly string[]).includes(text);
