// The two models that Sotto brings, by what they are for, and what a person may choose among them. Names only: knows no folder and no speed.

/** quick: small enough for every machine; strong: knows more, and takes longer. */
export const TIERS = ["quick", "strong"] as const;
export type Tier = (typeof TIERS)[number];

/** auto: what is asked for comes from strong, and what is typed from the one that is fast enough here. */
export const MODEL_CHOICES = ["auto", ...TIERS] as const;
export type ModelChoice = (typeof MODEL_CHOICES)[number];

export const isModelChoice = (text: string): text is ModelChoice => (MODEL_CHOICES as readonly string[]).includes(text);
