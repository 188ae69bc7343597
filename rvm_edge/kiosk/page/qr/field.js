// Reed-Solomon codes over GF(256) with the polynomial of ISO/IEC 18004, x^8 + x^4 + x^3 + x^2 + 1.

const POLYNOMIAL = 0x11d;
const EXP = new Uint8Array(255);
const LOG = new Uint8Array(256);

for (let power = 0, value = 1; power < 255; power += 1) {
  EXP[power] = value;
  LOG[value] = power;
  value = value << 1;
  if (value > 255) value ^= POLYNOMIAL;
}

/**
 * @param {number} a
 * @param {number} b
 */
function product(a, b) {
  return a === 0 || b === 0 ? 0 : EXP[(LOG[a] + LOG[b]) % 255];
}

/**
 * Return the generator (x - 1)(x - 2)(x - 4)…, highest power first, without its leading 1.
 *
 * @param {number} degree
 */
function generator(degree) {
  const factors = new Uint8Array(degree);
  factors[degree - 1] = 1;
  for (let power = 0; power < degree; power += 1) {
    for (let at = 0; at < degree; at += 1) {
      const next = at + 1 < degree ? factors[at + 1] : 0;
      factors[at] = product(factors[at], EXP[power]) ^ next;
    }
  }
  return factors;
}

/**
 * Return the codewords that let a reader repair a block.
 *
 * @param {Uint8Array} block
 * @param {number} count how many.
 */
export function correction(block, count) {
  const divisor = generator(count);
  const rest = new Uint8Array(count);
  for (const byte of block) {
    const factor = byte ^ rest[0];
    rest.copyWithin(0, 1);
    rest[count - 1] = 0;
    divisor.forEach((one, at) => (rest[at] ^= product(one, factor)));
  }
  return rest;
}
