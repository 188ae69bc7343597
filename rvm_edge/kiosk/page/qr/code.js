// A QR code for a text, as ISO/IEC 18004 has it, and its drawing.

import { drawing } from "../element.js";
import { codewordsOf } from "./codewords.js";
import { Modules } from "./modules.js";

const QUIET = 4;
const FINDER = [true, false, true, true, true, false, true];

/**
 * Return the code's modules, row by row: true is dark.
 *
 * @param {string} text at most 180 bytes in UTF-8.
 * @returns {boolean[][]}
 * @throws {RangeError} the text is longer.
 */
export function modulesOf(text) {
  const { version, codewords } = codewordsOf(text);
  const modules = new Modules(version);
  modules.fill(codewords);
  let best = 0;
  let least = Infinity;
  for (let mask = 0; mask < Modules.masks; mask += 1) {
    modules.flip(mask);
    const cost = hardness(modules.dark);
    if (cost < least) [best, least] = [mask, cost];
    modules.flip(mask);
  }
  modules.flip(best);
  return modules.dark;
}

/**
 * Draw a code, dark on white whatever is around it.
 *
 * @param {string} text
 * @param {string} label for screen readers.
 */
export function qrCode(text, label) {
  const rows = modulesOf(text);
  const size = rows.length + 2 * QUIET;
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")))
    .join("");
  return drawing(
    "svg",
    { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label },
    drawing("rect", { width: size, height: size, fill: "#fff" }),
    drawing("path", { d: path, fill: "#000", "shape-rendering": "crispEdges" }),
  );
}

/**
 * Say how hard a code is to read: the penalty rules by which a mask is chosen.
 *
 * @param {boolean[][]} rows
 */
function hardness(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  const lines = [...rows, ...columns];
  const dark = rows.flat().filter(Boolean).length;
  const uneven = Math.floor(Math.abs(dark / rows.length ** 2 - 0.5) * 20);
  const cost = lines.reduce((sum, line) => sum + runs(line) + 40 * finders(line), 0);
  return cost + 3 * squares(rows) + 10 * uneven;
}

/** @param {boolean[]} line */
function runs(line) {
  let cost = 0;
  let length = 0;
  line.forEach((dark, at) => {
    length = at > 0 && dark === line[at - 1] ? length + 1 : 1;
    if (length === 5) cost += 3;
    else if (length > 5) cost += 1;
  });
  return cost;
}

/** @param {boolean[]} line */
function finders(line) {
  let found = 0;
  for (let at = 0; at + 7 <= line.length; at += 1) {
    if (!FINDER.every((dark, offset) => line[at + offset] === dark)) continue;
    const before = line.slice(Math.max(0, at - 4), at).every((dark) => !dark);
    const after = line.slice(at + 7, at + 11).every((dark) => !dark);
    if (before) found += 1;
    if (after) found += 1;
  }
  return found;
}

/** @param {boolean[][]} rows */
function squares(rows) {
  let found = 0;
  for (let y = 1; y < rows.length; y += 1) {
    for (let x = 1; x < rows.length; x += 1) {
      const here = rows[y][x];
      if (rows[y - 1][x] === here && rows[y][x - 1] === here && rows[y - 1][x - 1] === here) {
        found += 1;
      }
    }
  }
  return found;
}
