// Byte vocabularies and the printable stand-ins that spell their tokens (GPT-2's table: "Ġ" is a space, "Ċ" a line feed). Merges nothing.

/** The stand-in character of each byte. */
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

/** The bytes that a token of the vocabulary stands for; undefined where one of its characters is no stand-in. */
export function tokenBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length); // every stand-in is one UTF-16 unit
  for (let i = 0; i < token.length; i++) {
    const byte = CHAR_TO_BYTE.get(token[i]);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The stand-in character of a byte. */
export const standIn = (byte: number): string => BYTE_TO_CHAR[byte];

/** A text spelt in stand-ins, as in the vocabulary. */
export function standIns(text: string): string {
  let out = "";
  for (const byte of Buffer.from(text)) out += standIn(byte);
  return out;
}

/**
 * The symbols that merging of a piece starts from: the tokens of its bytes. A byte without a token is left out, as in the reference; an unpaired
 * surrogate becomes U+FFFD.
 * @param ids of the text tokens, by their spelling
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
