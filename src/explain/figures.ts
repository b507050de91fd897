// Numbers, tokens and places of an explanation as a person reads them. Pure.

export const signed = (value: number): string => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`;

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "under 1 %" : `${Math.round(100 * share)} %`;

/** A token's text where its white space counts. */
export const visible = (text: string): string =>
  text === "" ? "(nothing more)" : text.replaceAll("\n", "⏎").replaceAll("`", "ˋ");

/** After a place that the prompt does not hold. */
export const UNREAD = ", which the model has not read there";
