// Nobody is being served: anybody may begin, with or without the server.

import { sheet } from "../sheet.js";

/**
 * By what people log in on this screen, as a part of the snapshot; absent where nobody offers it.
 *
 * @typedef {object} LoginNow
 * @property {string} qr_content
 */

/** @param {import("../sheet.js").Scene} scene */
export function welcome({ snapshot, mayAct, words }) {
  const { headline, offline, online, scan, start, watching } = words.guest;
  const isOnline = snapshot.link.mode === "online";
  const login = isOnline ? /** @type {{login?: LoginNow}} */ (snapshot).login : undefined;
  const offer = isOnline ? online : offline;
  return sheet({
    name: isOnline ? "welcome" : "guest",
    art: "bottle",
    headline,
    qr: login === undefined ? null : { content: login.qr_content, label: scan },
    advice: mayAct ? (login === undefined ? offer : scan) : watching,
    actions: mayAct ? [{ verb: "start_session", label: start, main: true }] : [],
  });
}
