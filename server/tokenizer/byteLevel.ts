// The printable stand-ins for bytes in a byte-level vocabulary (GPT-2's table: "Ġ" is a blank, "Ċ" a line feed). Owns nothing else.

/** For each byte the character that stands for it. */
export const BYTE_TO_CHAR: readonly string[] = byteToChar();

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
