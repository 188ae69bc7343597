// The large thing to look at on a screen: a drawing, a QR code, or the item's picture with its box.

import { art, drawing, element } from "./element.js";
import { qrCode } from "./qr/code.js";

/** @typedef {import("./sheet.js").Sheet} Sheet */

/**
 * Draw what a sheet shows.
 *
 * @param {Pick<Sheet, "art" | "picture" | "qr" | "busy">} sheet
 * @param {string} alt what the picture is, for screen readers.
 * @returns {Element}
 */
export function exhibit({ art: name, picture, qr, busy }, alt) {
  if (picture !== null) return photograph(picture, alt, name, busy);
  if (qr !== null) return qrCode(qr.content, qr.label);
  return art(name, busy ? "art busy" : "art");
}

/**
 * Show a picture with the box of what decided; the drawing in its place if it cannot be had.
 *
 * @param {import("./sheet.js").Picture} picture
 * @param {string} alt
 * @param {string} fallback
 * @param {boolean} busy
 */
export function photograph(picture, alt, fallback, busy) {
  const frame = element("div", { class: "photograph", "data-mark": picture.mark });
  const image = element("img", { src: picture.path, alt });
  image.addEventListener("load", () => {
    frame.style.setProperty("--ratio", String(image.naturalWidth / image.naturalHeight));
  });
  image.addEventListener("error", () => frame.replaceWith(art(fallback)));
  frame.append(image);
  if (picture.box !== null) frame.append(box(picture.box));
  if (picture.mark !== "") frame.append(art(picture.mark === "good" ? "check" : "back", "badge"));
  if (busy) frame.append(element("div", { class: "scan" }));
  return frame;
}

/** @param {[number, number, number, number]} shares left, top, right, bottom */
function box([left, top, right, bottom]) {
  const [x, y] = [left * 100, top * 100];
  const [width, height] = [(right - left) * 100, (bottom - top) * 100];
  const edge = { x, y, width, height, "vector-effect": "non-scaling-stroke" };
  return drawing(
    "svg",
    { class: "box", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawing("rect", { class: "under", ...edge }),
    drawing("rect", { class: "over", ...edge }),
  );
}
