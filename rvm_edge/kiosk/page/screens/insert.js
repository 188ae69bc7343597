// The gate is open: for the first bottle, or for the next one beside what became of the last.

import { countsOf, pictureOf, phraseOf } from "./item.js";
import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function insert(scene) {
  const { session, item } = scene.snapshot;
  const any = session.accepted + session.returned > 0;
  return any && (item.step === "dropped" || item.step === "returned") ? next(scene) : first(scene);
}

/** @param {import("../sheet.js").Scene} scene */
function first({ snapshot, words, mayAct }) {
  const { headline, hello, cancel } = words.insert;
  const name = snapshot.session.user_name;
  const advice = name ? `${hello(name)} ${words.insert.advice}` : words.insert.advice;
  const actions = mayAct ? [{ verb: "cancel", label: cancel, main: false }] : [];
  return sheet({ name: "insert", art: "insert", headline, advice, actions });
}

/** @param {import("../sheet.js").Scene} scene */
function next(scene) {
  const { snapshot, words, mayAct } = scene;
  const { item, session } = snapshot;
  const taken = item.step === "dropped";
  const phrase = phraseOf(scene);
  return sheet({
    name: taken ? "taken" : "returned",
    tone: taken ? "good" : "back",
    art: taken ? "taken" : "returned",
    headline: phrase?.happened ?? (taken ? words.taking.headline : words.returning.headline),
    advice: taken ? words.insert.again : phrase?.advice ?? "",
    picture: pictureOf(item),
    counts: countsOf(session, words),
    actions: mayAct ? [{ verb: "end_session", label: words.insert.finish, main: true }] : [],
  });
}
