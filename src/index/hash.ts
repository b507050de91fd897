// The hash of a chunk's text, 32 bits: tells whether lines are still those that were indexed. No protection against anybody.

/** FNV-1a over the UTF-16 units of the text. */
export function chunkHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
