// Puts pictures of one size together as an animated PNG (the chunks acTL, fcTL and fdAT of the PNG specification, third edition, section 11.3.6). The
// pictures' own compressed data is taken over as it is. Decodes nothing.

import { crc32 } from "node:zlib";

const SIGNATURE_BYTES = 8;

export interface Frame {
  png: Buffer;
  shownMs: number; // 65,535 at most
}

/** @throws Error where a frame is of another size or colour than the first */
export function animatedPng(frames: readonly Frame[]): Buffer {
  const first = chunksOf(frames[0].png);
  const head = first.find(({ type }) => type === "IHDR")!.data;
  let sequence = 0;
  const parts = [
    frames[0].png.subarray(0, SIGNATURE_BYTES),
    chunk("IHDR", head),
    chunk("acTL", Buffer.concat([u32(frames.length), u32(0)])), // 0: played for ever
  ];
  for (const [i, { png, shownMs }] of frames.entries()) {
    const chunks = chunksOf(png);
    if (!chunks[0].data.equals(head)) throw new Error(`frame ${i} is of another size or colour than the first`);
    const place = Buffer.concat([head.subarray(0, 8), u32(0), u32(0)]); // width and height of the whole, at its corner
    const delay = Buffer.concat([u16(shownMs), u16(1_000), Buffer.of(0, 0)]); // the frame stays, and the next one replaces it
    parts.push(chunk("fcTL", Buffer.concat([u32(sequence++), place, delay])));
    for (const { type, data } of chunks) {
      if (type !== "IDAT") continue;
      parts.push(i === 0 ? chunk("IDAT", data) : chunk("fdAT", Buffer.concat([u32(sequence++), data])));
    }
  }
  return Buffer.concat([...parts, chunk("IEND", Buffer.alloc(0))]);
}

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12; // length, type and checksum
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([u32(data.length), typed, u32(crc32(typed))]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
