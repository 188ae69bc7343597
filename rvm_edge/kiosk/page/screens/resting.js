// The machine is well, but takes nothing now.

import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function full({ words }) {
  return sheet({ name: "full", tone: "stop", art: "full", ...words.full });
}

/** @param {import("../sheet.js").Scene} scene */
export function capped({ words }) {
  return sheet({ name: "capped", tone: "stop", art: "cloud", ...words.capped });
}
