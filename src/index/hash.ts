// The 32-bit hash of a chunk's text: tells whether lines are still those that were indexed. Not a cryptographic hash.

/** FNV-1a over the UTF-16 units of the text. */
export function chunkHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
