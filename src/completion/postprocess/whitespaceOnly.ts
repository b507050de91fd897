// Tells whether text says nothing: white space, or the marks of a comment without words. Pure.

export function saysNothing(text: string): boolean {
  return /^[\s/*#]*$/.test(text);
}
