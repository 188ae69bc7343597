// The machine is busy with itself for a moment, and each of these ends by itself.

import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function greeting({ words }) {
  return sheet({ name: "greeting", art: "call", ...words.greeting });
}

/** @param {import("../sheet.js").Scene} scene */
export function tidying({ snapshot, words }) {
  const { headline, advice, doubt } = words.tidying;
  const inDoubt = snapshot.item.step === "in_doubt";
  return sheet({ name: "tidying", art: "pause", headline, advice: inDoubt ? doubt : advice });
}

/** @param {import("../sheet.js").Scene} scene */
export function inspection({ words }) {
  const { headline, inspection: advice } = words.tidying;
  return sheet({ name: "inspection", art: "camera", headline, advice });
}

/** @param {import("../sheet.js").Scene} scene */
export function restarting({ words }) {
  return sheet({ name: "restarting", art: "power", ...words.restarting });
}

/**
 * The machine is in a state that this page has never heard of.
 *
 * @param {import("../sheet.js").Scene} scene
 */
export function unknown({ words }) {
  return sheet({ name: "unknown", art: "pause", ...words.unknown });
}
