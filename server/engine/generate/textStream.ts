// Turns the bytes of tokens into streamed text: whole characters only, and never a part of a stop sequence. Knows no model.

import { createStopScanner } from "./generationEnd.ts";

export interface TextStream {
  readonly text: string; // everything handed out so far
  /** Takes the next token's bytes; true when a stop sequence is complete. */
  push(bytes: Uint8Array): boolean;
  /** Hands out what was held back for a stop sequence that did not come. Bytes of an unfinished character are dropped. */
  finish(): void;
}

/** `onText` gets each new piece of text once it is certain. */
export function createTextStream(stopSequences: readonly string[], onText: (text: string) => void): TextStream {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // keeps the bytes of an unfinished character
  const scanner = createStopScanner(stopSequences);
  let all = "";
  const handOut = (text: string) => {
    if (text === "") return;
    all += text;
    onText(text);
  };
  return {
    get text() {
      return all;
    },
    push(bytes) {
      const { text, stopped } = scanner.push(decoder.decode(bytes, { stream: true }));
      handOut(text);
      return stopped;
    },
    finish() {
      handOut(scanner.flush());
    },
  };
}
