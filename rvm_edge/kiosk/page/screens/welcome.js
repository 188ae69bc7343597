// Nobody is being served: anybody may begin, with or without the server.

import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function welcome({ snapshot, mayAct, words }) {
  const { headline, offline, online, scan, start, watching } = words.guest;
  const isOnline = snapshot.link.mode === "online";
  const code = isOnline ? snapshot.login.qr_content : "";
  const offer = code ? scan : isOnline ? online : offline;
  return sheet({
    name: isOnline ? "welcome" : "guest",
    art: "bottle",
    headline,
    qr: code ? { content: code, label: scan } : null,
    advice: mayAct || code ? offer : watching,
    actions: mayAct ? [{ verb: "start_session", label: start, main: true }] : [],
  });
}
