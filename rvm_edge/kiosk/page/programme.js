// Which screen a state has. The one table that says so.

import { insert } from "./screens/insert.js";
import { deciding, looking } from "./screens/inspecting.js";
import { greeting, inspection, restarting, tidying, unknown } from "./screens/pausing.js";
import { blocked, unauthorized } from "./screens/refused.js";
import { capped, full } from "./screens/resting.js";
import { fault, maintenance } from "./screens/service.js";
import { setup } from "./screens/setup.js";
import { returning, taking } from "./screens/settling.js";
import { thanks } from "./screens/thanks.js";
import { welcome } from "./screens/welcome.js";

/** @typedef {(scene: import("./sheet.js").Scene) => import("./sheet.js").Sheet} Screen */

/** By leaf of the chart. The leaves of the link's region only colour the others. */
/** @type {Readonly<Record<string, Screen>>} */
const SCREENS = {
  provisioning: setup,
  handshake: greeting,
  "out_of_service.unauthorized": unauthorized,
  "out_of_service.blocked": blocked,
  "operational.intake.clearing": tidying,
  "operational.intake.idle": welcome,
  "operational.intake.inspection": inspection,
  "operational.intake.full": full,
  "operational.intake.capped": capped,
  "operational.intake.deposit.waiting": insert,
  "operational.intake.deposit.capture": looking,
  "operational.intake.deposit.classify": deciding,
  "operational.intake.deposit.accept": taking,
  "operational.intake.deposit.reject": returning,
  maintenance,
  fault,
  restarting,
};

/** Where a deposit that has just ended may still be thanked for. */
const QUIET = ["clearing", "idle", "full", "capped"].map((leaf) => `operational.intake.${leaf}`);

/**
 * Return the screen for what is known of the machine.
 *
 * @param {import("./sheet.js").Scene} scene
 * @returns {import("./sheet.js").Sheet}
 */
export function sheetFor(scene) {
  const leaves = scene.snapshot.state.configuration;
  if (scene.farewell !== null && leaves.some((leaf) => QUIET.includes(leaf))) {
    return thanks(scene, scene.farewell);
  }
  const leaf = leaves.find((one) => one in SCREENS);
  return (leaf === undefined ? unknown : SCREENS[leaf])(scene);
}
