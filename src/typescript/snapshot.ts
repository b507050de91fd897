// A text in the compiler's form. Given the previous snapshot, the compiler parses only the difference.

import type ts from "typescript";

export class Snapshot implements ts.IScriptSnapshot {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  getText(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  getLength(): number {
    return this.text.length;
  }

  /** The range between the common beginning and the common end of both texts. */
  getChangeRange(before: ts.IScriptSnapshot): ts.TextChangeRange | undefined {
    if (!(before instanceof Snapshot)) return undefined;
    const [old, now] = [before.text, this.text];
    const shorter = Math.min(old.length, now.length);
    let start = 0;
    while (start < shorter && old[start] === now[start]) start++;
    let tail = 0;
    while (tail < shorter - start && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
    return { span: { start, length: old.length - tail - start }, newLength: now.length - tail - start };
  }
}
