// What several screens show of an item and its deposit.

/** @typedef {import("../sheet.js").Scene} Scene */

/**
 * Return an item's picture with the box of what decided; null while there is none.
 *
 * @param {import("../sheet.js").ItemNow} item
 * @returns {import("../sheet.js").Picture | null}
 */
export function pictureOf(item) {
  if (item.picture === "") return null;
  const mark = item.accepted === null ? "" : item.accepted ? "good" : "back";
  return { path: item.picture, box: item.box, mark };
}

/**
 * Return the machine's words about the verdict, in the language of the screen.
 *
 * @param {Scene} scene
 */
export function phraseOf({ snapshot, language }) {
  return snapshot.item.words?.[language] ?? null;
}

/**
 * Return how many items went in and back; nothing that did not happen is counted.
 *
 * @param {import("../sheet.js").SessionNow} session
 * @param {import("../words/id.js").Words} words
 * @returns {import("../sheet.js").Sheet["counts"]}
 */
export function countsOf({ accepted, returned }, words) {
  /** @type {import("../sheet.js").Sheet["counts"]} */
  const counts = [{ number: accepted, label: words.accepted, tone: "good" }];
  if (returned > 0) counts.push({ number: returned, label: words.returned, tone: "back" });
  return counts;
}
