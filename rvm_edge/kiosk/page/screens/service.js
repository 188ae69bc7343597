// People who know the machine are at it, or it is in trouble and they should be.

import { sheet } from "../sheet.js";

const FAULT = "F-0";

/** @param {import("../sheet.js").Scene} scene */
export function maintenance({ snapshot, words }) {
  if (snapshot.sensors.door_open === true) {
    return sheet({ name: "door", tone: "stop", art: "door", ...words.door });
  }
  return sheet({ name: "maintenance", tone: "stop", art: "wrench", ...words.maintenance });
}

/** @param {import("../sheet.js").Scene} scene */
export function fault({ snapshot, words }) {
  const newest = snapshot.alarms.alarms.at(-1)?.code ?? FAULT;
  const code = { label: words.code, text: newest };
  return sheet({ name: "fault", tone: "stop", art: "trouble", code, ...words.fault });
}
