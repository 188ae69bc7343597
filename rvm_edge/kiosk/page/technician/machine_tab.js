// The machine as a whole: its program, its model, its health, and its figures.

import { element } from "../element.js";
import { readings } from "./readings.js";
import { reset } from "./reset.js";

/** @typedef {import("../edge-client-types.js").ModelNow} ModelNow */

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function machineTab(bench) {
  const { panel } = bench.words;
  const known = element("div", { class: "columns" });
  let drawn = /** @type {unknown} */ (null);
  const anew = reset(bench);
  const update = () => {
    anew.update();
    const model = bench.edge.snapshot?.model;
    if (model === undefined || model === drawn) return;
    drawn = model;
    const program = readings(panel.tabs.machine, [[panel.version, bench.edge.version]]);
    known.replaceChildren(program, modelOf(model, panel));
  };
  const health = told(panel.health, "healthz", panel.notThere);
  const figures = told(panel.figures, "metrics", panel.notThere);
  return { element: element("div", {}, known, health, anew.element, figures), update };
}

/**
 * @param {ModelNow} model
 * @param {import("./words_id.js").PanelWords} panel
 */
function modelOf({ name, version, sha256, sight, restarts, trouble }, panel) {
  const { modelRows: rows } = panel;
  /** @type {[string, string][]} */
  const values = [
    [rows.sight, panel.sight[sight]],
    [rows.name, name || panel.unknown],
    [rows.version, version || panel.unknown],
    [rows.sha256, sha256 || panel.unknown],
    [rows.restarts, panel.times(restarts)],
  ];
  if (trouble !== "") values.splice(1, 0, [rows.trouble, trouble]);
  const table = readings(panel.model, values);
  table.classList.add("model");
  table.dataset.tone = sight === "ready" ? "good" : "back";
  return table;
}

/**
 * Show what the bridge tells at a path, as it is.
 *
 * @param {string} title
 * @param {string} path
 * @param {string} missing
 */
function told(title, path, missing) {
  const text = element("pre", { tabindex: 0, "aria-label": title });
  fetch(path)
    .then((answer) => answer.text())
    .then((words) => (text.textContent = values(words)))
    .catch(() => (text.textContent = missing));
  return element("section", {}, element("h3", {}, title), text);
}

/**
 * Leave the explanations of Prometheus' format away.
 *
 * @param {string} words
 */
function values(words) {
  return words.split("\n").filter((one) => !one.startsWith("#")).join("\n").trim();
}
