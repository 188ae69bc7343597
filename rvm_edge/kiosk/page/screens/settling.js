// The eyes have decided: the mechanism moves the item in, or hands it back.

import { pictureOf, phraseOf } from "./item.js";
import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function taking({ snapshot, words }) {
  const picture = pictureOf(snapshot.item);
  return sheet({ name: "taking", tone: "good", art: "taken", picture, ...words.taking });
}

/** @param {import("../sheet.js").Scene} scene */
export function returning(scene) {
  const phrase = phraseOf(scene);
  return sheet({
    name: "returning",
    tone: "back",
    art: "returned",
    picture: pictureOf(scene.snapshot.item),
    headline: phrase?.happened ?? scene.words.returning.headline,
    advice: phrase?.advice ?? "",
  });
}
