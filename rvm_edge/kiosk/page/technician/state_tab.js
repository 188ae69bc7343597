// Where the machine is, what it senses, what waits for the server, and what is wrong.

import { element } from "../element.js";
import { ChartPicture } from "./chart.js";
import { reading, readings } from "./readings.js";

/** @type {["bin_pct" | "door_open" | "slot_occupied" | "chamber_occupied" | "weight_g" | "temperature_c", string][]} */
const SENSORS = [
  ["bin_pct", "%"],
  ["door_open", ""],
  ["slot_occupied", ""],
  ["chamber_occupied", ""],
  ["weight_g", "g"],
  ["temperature_c", "°C"],
];
/** @type {("waiting" | "ambiguous" | "held" | "dead")[]} */
const QUEUED = ["waiting", "ambiguous", "held", "dead"];

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function stateTab(bench) {
  const picture = new ChartPicture();
  const last = element("p", { class: "last" });
  const rest = element("div", { class: "columns" });
  let drawn = "";
  const update = () => {
    const now = bench.edge.snapshot;
    if (now === null) return;
    picture.light(now.state.configuration);
    last.textContent = `${bench.words.panel.last}: ${now.state.cause || "–"}`;
    const key = JSON.stringify([now.sensors, now.queue, now.alarms]);
    if (key === drawn) return;
    drawn = key;
    rest.replaceChildren(sensors(bench, now), queue(bench, now), alarms(bench, now));
  };
  return { element: element("div", {}, picture.element, last, rest), update };
}

/**
 * @param {import("./bench.js").Bench} bench
 * @param {import("../edge-client.js").Snapshot} now
 */
function sensors({ words: { panel } }, now) {
  const { bin_full_pct: level, bin_full_by: by } = now.sensors;
  /** @type {[string, string][]} */
  const rows = SENSORS.map(([name, unit]) => [panel.sensor[name], reading(now.sensors[name], unit, panel)]);
  if (level !== null && by !== null) {
    rows.splice(1, 0, [panel.binFull, `${reading(level, "%", panel)} · ${panel.saidBy[by]}`]);
  }
  const { controller } = now.sensors;
  if (controller !== null) rows.push([panel.controller, panel.speaks[controller]]);
  return readings(panel.sensors, rows);
}

/**
 * @param {import("./bench.js").Bench} bench
 * @param {import("../edge-client.js").Snapshot} now
 */
function queue({ words: { panel } }, now) {
  return readings(panel.queue, QUEUED.map((one) => [panel.queued[one], String(now.queue[one])]));
}

/**
 * @param {import("./bench.js").Bench} bench
 * @param {import("../edge-client.js").Snapshot} now
 */
function alarms(bench, now) {
  const { panel } = bench.words;
  const rows = now.alarms.alarms.map(({ code, message, acknowledged, fault }) => {
    const seen = element("button", {
      type: "button",
      disabled: acknowledged,
      "aria-label": `${panel.seen}: ${code}`,
      click: () => bench.ask("acknowledge", { alarm: code }),
    }, panel.seen);
    return element("li", {}, element("strong", {}, fault === "" ? code : `${fault} · ${code}`), element("span", {}, message), seen);
  });
  const list = element("ul", { class: "alarms" }, ...rows);
  return element(
    "section",
    {},
    element("h3", {}, panel.alarms),
    rows.length > 0 ? list : element("p", {}, panel.noAlarms),
  );
}
