// Vocabularies of bytes and the printable stand-ins that their tokens are spelt with (GPT-2's table: "Ġ" is a blank, "Ċ" a line feed). Merges
// nothing.

/** For each byte the character that stands for it. */
const BYTE_TO_CHAR: readonly string[] = byteToChar();

const CHAR_TO_BYTE: ReadonlyMap<string, number> = new Map(BYTE_TO_CHAR.map((char, byte) => [char, byte]));

function byteToChar(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const chars: string[] = [];
  for (let byte = 0, next = 0x100; byte < 256; byte++) {
    chars.push(String.fromCharCode(isPrintable(byte) ? byte : next++));
  }
  return chars;
}

/** The bytes that a token of the vocabulary stands for; undefined where a character stands for none. */
export function tokenBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length); // every stand-in is one UTF-16 unit
  for (let i = 0; i < token.length; i++) {
    const byte = CHAR_TO_BYTE.get(token[i]);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The character that stands for a byte. */
export const standIn = (byte: number): string => BYTE_TO_CHAR[byte];

/** A text as a vocabulary spells it. */
export function standIns(text: string): string {
  let out = "";
  for (const byte of Buffer.from(text)) out += standIn(byte);
  return out;
}

/**
 * What a piece is merged from: the tokens of its bytes. A byte without a token is left out, as the reference does; an unpaired surrogate becomes
 * U+FFFD.
 * @param ids of the tokens of text, by what they say
 */
export function byteSymbols(ids: ReadonlyMap<string, number>): (piece: string) => Int32Array {
  const byteIds = Int32Array.from(BYTE_TO_CHAR, (char) => ids.get(char) ?? -1);
  return (piece) => {
    const bytes = Buffer.from(piece);
    const symbols = new Int32Array(bytes.length);
    let count = 0;
    for (const byte of bytes) {
      if (byteIds[byte] >= 0) symbols[count++] = byteIds[byte];
    }
    return symbols.subarray(0, count);
  };
}
