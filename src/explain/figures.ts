// Numbers, tokens and places of an explanation as a person reads them. Pure.

export function signed(value: number): string {
  const size = Math.abs(value).toFixed(2);
  return Number(size) === 0 ? size : `${value > 0 ? "+" : "−"}${size}`;
}

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "under 1 %" : `${Math.round(100 * share)} %`;

/** A token's text where its white space counts. */
export const visible = (text: string): string =>
  text === "" ? "(nothing more)" : text.replaceAll("\n", "⏎").replaceAll("`", "ˋ");

/** After a place that the prompt does not hold. */
export const UNREAD = ", which the model has not read there";
