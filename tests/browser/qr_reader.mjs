// Reads with jsQR what the page's own module writes; says what was read wrong.
import jsQR from "jsqr";
import { modulesOf } from "./qr/code.js";

const SCALE = 4;
const QUIET = 4;

function read(modules) {
  const width = (modules.length + 2 * QUIET) * SCALE;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let y = 0; y < width; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const row = modules[Math.floor(y / SCALE) - QUIET];
      if (row?.[Math.floor(x / SCALE) - QUIET]) pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return jsQR(pixels, width, width)?.data;
}

const texts = JSON.parse(process.argv[2]);
const wrong = texts.filter((text) => read(modulesOf(text)) !== text);
console.log(JSON.stringify({ read: texts.length - wrong.length, wrong }));
