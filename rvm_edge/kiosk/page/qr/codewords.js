// A text as the codewords of a QR code: byte mode, error correction level M, versions 1 to 9.

import { correction } from "./field.js";

/** Per version: correction codewords of each block, and how many blocks there are. */
const BLOCKS = [
  [10, 1], [16, 1], [26, 1], [18, 2], [24, 2], [16, 4], [18, 4], [22, 4], [22, 5],
];
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];

/**
 * Return how many modules of a version hold codewords.
 *
 * @param {number} version
 */
function roomOf(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const marks = Math.floor(version / 7) + 2;
    modules -= (25 * marks - 10) * marks - 55;
    if (version >= 7) modules -= 36;
  }
  return modules;
}

/**
 * Return the smallest version that holds a text, and its codewords in the order they are drawn in.
 *
 * @param {string} text
 * @returns {{version: number, codewords: Uint8Array}}
 * @throws {RangeError} the text has more than 180 bytes.
 */
export function codewordsOf(text) {
  const bytes = new TextEncoder().encode(text);
  for (const [at, [each, blocks]] of BLOCKS.entries()) {
    const total = Math.floor(roomOf(at + 1) / 8);
    const room = total - each * blocks;
    if (bytes.length + 2 <= room) {
      const codewords = interleaved(padded(bytes, room), blocks, each);
      return { version: at + 1, codewords };
    }
  }
  throw new RangeError(`${bytes.length} bytes are too many for a code that people scan`);
}

/**
 * Put mode, length and the end mark around the bytes, and fill up.
 *
 * @param {Uint8Array} bytes
 * @param {number} room in codewords.
 */
function padded(bytes, room) {
  const data = new Uint8Array(room);
  const nibbles = [BYTE_MODE, bytes.length >> 4, bytes.length & 15];
  for (const byte of bytes) nibbles.push(byte >> 4, byte & 15);
  nibbles.push(0);
  nibbles.forEach((nibble, at) => (data[at >> 1] |= nibble << (at % 2 === 0 ? 4 : 0)));
  for (let at = nibbles.length >> 1, turn = 0; at < room; at += 1, turn ^= 1) {
    data[at] = PADDING[turn];
  }
  return data;
}

/**
 * Split into blocks, add each one's correction, and deal them out in turn.
 *
 * @param {Uint8Array} data
 * @param {number} count of blocks.
 * @param {number} each correction codewords of a block.
 */
function interleaved(data, count, each) {
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  const blocks = [];
  for (let block = 0, at = 0; block < count; block += 1) {
    const length = short + (block >= count - longer ? 1 : 0);
    blocks.push(data.subarray(at, at + length));
    at += length;
  }
  const dealt = [];
  for (let at = 0; at <= short; at += 1) {
    for (const block of blocks) if (at < block.length) dealt.push(block[at]);
  }
  const repairs = blocks.map((block) => correction(block, each));
  for (let at = 0; at < each; at += 1) for (const repair of repairs) dealt.push(repair[at]);
  return Uint8Array.from(dealt);
}
