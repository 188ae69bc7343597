// The modules of a QR code: the marks that every code has, and the codewords between them.

/** The eight masks of ISO/IEC 18004; a module is flipped where its mask says true. */
const MASKS = [
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 2 === 0,
  (/** @type {number} */ _x, /** @type {number} */ y) => y % 2 === 0,
  (/** @type {number} */ x) => x % 3 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 3 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (Math.floor(x / 3) + (y >> 1)) % 2 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];
const FORMAT_CODE = 0x537;
const FORMAT_MASK = 0x5412;
const VERSION_CODE = 0x1f25;
const LEVEL_M = 0;

/** A square of modules: dark or not, and whether a module belongs to a mark. */
export class Modules {
  /** @param {number} version 1 to 9 */
  constructor(version) {
    this.size = 17 + 4 * version;
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.taken = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.#drawMarks(version);
  }

  /** How many masks there are. */
  static get masks() {
    return MASKS.length;
  }

  /**
   * Draw the codewords, two columns at a time, up and down from the right.
   *
   * @param {Uint8Array} codewords
   */
  fill(codewords) {
    let bit = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const upwards = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.size; step += 1) {
        const y = upwards ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.taken[y][x]) continue;
          this.dark[y][x] = ((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) % 2 === 1;
          bit += 1;
        }
      }
    }
  }

  /**
   * Flip the modules of a mask; doing it again undoes it. The format says which one it was.
   *
   * @param {number} mask
   */
  flip(mask) {
    for (let y = 0; y < this.size; y += 1) {
      for (let x = 0; x < this.size; x += 1) {
        if (!this.taken[y][x] && MASKS[mask](x, y)) this.dark[y][x] = !this.dark[y][x];
      }
    }
    this.#drawFormat(mask);
  }

  /** @param {number} version */
  #drawMarks(version) {
    for (let at = 0; at < this.size; at += 1) {
      this.#set(6, at, at % 2 === 0);
      this.#set(at, 6, at % 2 === 0);
    }
    this.#drawSquares(version);
    this.#drawFormat(0);
    if (version >= 7) this.#drawVersion(version);
  }

  /** @param {number} version */
  #drawSquares(version) {
    const last = this.size - 4;
    for (const [x, y] of [[3, 3], [last, 3], [3, last]]) this.#drawRings(x, y, 4, [2, 4]);
    const places = placesOf(version, this.size);
    const end = places.length - 1;
    for (const [column, x] of places.entries()) {
      for (const [row, y] of places.entries()) {
        const corner = (column === 0 || column === end) && (row === 0 || row === end);
        if (!corner || (column === end && row === end)) this.#drawRings(x, y, 2, [1]);
      }
    }
  }

  /**
   * @param {number} middleX
   * @param {number} middleY
   * @param {number} reach
   * @param {number[]} light the rings that stay light.
   */
  #drawRings(middleX, middleY, reach, light) {
    for (let y = middleY - reach; y <= middleY + reach; y += 1) {
      for (let x = middleX - reach; x <= middleX + reach; x += 1) {
        const ring = Math.max(Math.abs(x - middleX), Math.abs(y - middleY));
        if (x >= 0 && y >= 0 && x < this.size && y < this.size) {
          this.#set(x, y, !light.includes(ring));
        }
      }
    }
  }

  /** @param {number} mask */
  #drawFormat(mask) {
    const data = (LEVEL_M << 3) | mask;
    const bits = ((data << 10) | remainder(data, 10, FORMAT_CODE)) ^ FORMAT_MASK;
    const near = [0, 1, 2, 3, 4, 5, 7, 8];
    for (let at = 0; at < 15; at += 1) {
      const dark = (bits >> at) % 2 === 1;
      if (at < 8) {
        this.#set(8, near[at], dark);
        this.#set(this.size - 1 - at, 8, dark);
      } else {
        this.#set(at === 8 ? 7 : 14 - at, 8, dark);
        this.#set(8, this.size - 15 + at, dark);
      }
    }
    this.#set(8, this.size - 8, true);
  }

  /** @param {number} version */
  #drawVersion(version) {
    const bits = (version << 12) | remainder(version, 12, VERSION_CODE);
    for (let at = 0; at < 18; at += 1) {
      const dark = (bits >> at) % 2 === 1;
      const far = this.size - 11 + (at % 3);
      this.#set(far, Math.floor(at / 3), dark);
      this.#set(Math.floor(at / 3), far, dark);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {boolean} dark
   */
  #set(x, y, dark) {
    this.dark[y][x] = dark;
    this.taken[y][x] = true;
  }
}

/**
 * Return the middles of the small squares, on either axis.
 *
 * @param {number} version
 * @param {number} size
 */
function placesOf(version, size) {
  if (version === 1) return [];
  return version < 7 ? [6, size - 7] : [6, (size - 1) / 2, size - 7];
}

/**
 * Return the check bits of a BCH code.
 *
 * @param {number} data
 * @param {number} length of the check bits.
 * @param {number} code
 */
function remainder(data, length, code) {
  let rest = data;
  for (let at = 0; at < length; at += 1) rest = (rest << 1) ^ ((rest >> (length - 1)) * code);
  return rest;
}
