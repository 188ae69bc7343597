// What a technician may have done. Whether it can be done now, the machine says.

import { element } from "../element.js";
import { holdButton } from "./hold.js";

/** @typedef {import("./bench.js").TechnicianVerb} TechnicianVerb */

/** @type {TechnicianVerb[]} */
const VERBS = [
  "enter_maintenance",
  "exit_maintenance",
  "open_door",
  "test_motor",
  "test_light",
  "read_sensors",
  "recalibrate",
  "export_logs",
];

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function actuatorsTab(bench) {
  const { panel } = bench.words;
  const outcome = element("p", { class: "outcome", role: "status" });
  const buttons = VERBS.map((verb) =>
    holdButton(panel.verbs[verb], verb, async () => {
      outcome.textContent = `${panel.verbs[verb]}: ${panel.working}`;
      const { text } = await bench.ask(verb);
      outcome.textContent = `${panel.verbs[verb]}: ${text}`;
    }),
  );
  const update = () => {
    for (const button of buttons) button.disabled = !bench.edge.may(button.dataset.verb ?? "");
  };
  const why = element("p", {}, panel.holdWhy);
  const pad = element("div", { class: "pad" }, ...buttons);
  return { element: element("div", {}, why, pad, outcome), update };
}
