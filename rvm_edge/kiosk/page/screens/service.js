// People who know the machine are at it, or it is in trouble and they should be.

import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function maintenance({ snapshot, words }) {
  if (snapshot.sensors.door_open === true) {
    return sheet({ name: "door", tone: "stop", art: "door", ...words.door });
  }
  return sheet({ name: "maintenance", tone: "stop", art: "wrench", ...words.maintenance });
}

/** @param {import("../sheet.js").Scene} scene */
export function fault({ snapshot, words }) {
  const cause = snapshot.alarms.alarms.find((alarm) => alarm.fault !== "");
  const code = cause ? { label: words.code, text: cause.fault } : null;
  return sheet({ name: "fault", tone: "stop", art: "trouble", code, ...words.fault });
}
