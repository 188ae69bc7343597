// The machine does not speak yet, or not any more: the only screens that need no snapshot.

import { sheet } from "../sheet.js";

/** @typedef {import("../words/id.js").Words} Words */

const CODE = "S-1";

/** @param {Words} words */
export function starting(words) {
  return sheet({ name: "starting", art: "power", ...words.starting });
}

/**
 * It has taken longer than any start does.
 *
 * @param {Words} words
 */
export function late(words) {
  const code = { label: words.code, text: CODE };
  return sheet({ name: "late", tone: "stop", art: "power", code, ...words.late });
}
