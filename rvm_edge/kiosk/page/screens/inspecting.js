// An item lies behind the closed gate: the camera looks, then the eyes decide.

import { pictureOf } from "./item.js";
import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function looking({ words }) {
  return sheet({ name: "looking", art: "camera", busy: true, ...words.looking });
}

/** @param {import("../sheet.js").Scene} scene */
export function deciding({ snapshot, words }) {
  const picture = pictureOf(snapshot.item);
  return sheet({ name: "deciding", art: "camera", busy: true, picture, ...words.deciding });
}
