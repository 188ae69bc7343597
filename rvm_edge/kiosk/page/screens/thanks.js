// A deposit has just ended: what came of it, for a few seconds.

import { countsOf } from "./item.js";
import { sheet } from "../sheet.js";

/**
 * @param {import("../sheet.js").Scene} scene
 * @param {import("../sheet.js").SessionNow} session the one that ended.
 */
export function thanks({ words }, session) {
  const { headline, guest, user, none, close } = words.thanks;
  const forWhom = session.mode === "user" ? user : guest;
  return sheet({
    name: "thanks",
    tone: session.accepted > 0 ? "good" : "calm",
    art: session.accepted > 0 ? "heart" : "bottle",
    headline,
    advice: session.accepted > 0 ? forWhom : none,
    counts: countsOf(session, words),
    actions: [{ verb: "dismiss", label: close, main: false }],
  });
}
