// Tells whether text is empty: white space alone, or comment marks without words. Pure.

export function saysNothing(text: string): boolean {
  return /^[\s/*#]*$/.test(text);
}
