// The server refuses the machine: it does not know its key, or the operator has blocked it.

import { sheet } from "../sheet.js";

const CODES = { unauthorized: "K-401", blocked: "K-403" };

/** @param {import("../sheet.js").Scene} scene */
export function unauthorized({ words }) {
  return refused("unauthorized", words);
}

/** @param {import("../sheet.js").Scene} scene */
export function blocked({ words }) {
  return refused("blocked", words);
}

/**
 * @param {"unauthorized" | "blocked"} name
 * @param {import("../words/id.js").Words} words
 */
function refused(name, words) {
  const code = { label: words.code, text: CODES[name] };
  return sheet({ name, tone: "stop", art: "closed", code, ...words[name] });
}
