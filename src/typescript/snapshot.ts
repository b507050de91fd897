// A text in the compiler's form. Given the previous snapshot, the compiler parses only the difference.

import type ts from "typescript";
import { differingPart } from "../../common/util/differingPart.ts";

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
    const { start, beforeEnd, afterEnd } = differingPart(before.text, this.text);
    return { span: { start, length: beforeEnd - start }, newLength: afterEnd - start };
  }
}
