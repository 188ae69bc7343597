// The machine as a whole: a self-test, its health, and its figures.

import { element } from "../element.js";

/** @typedef {import("./bench.js").TechnicianVerb} TechnicianVerb */

/** @type {TechnicianVerb[]} */
const SELF_TEST = ["read_sensors", "test_light", "test_motor"];

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function machineTab(bench) {
  const { panel } = bench.words;
  const results = element("ol", { class: "outcome", "aria-live": "polite" });
  const start = element("button", { type: "button", "data-verb": "self_test" }, panel.selfTest);
  let running = false;
  const update = () => {
    start.disabled = running || !SELF_TEST.every((verb) => bench.edge.may(verb));
  };
  start.addEventListener("click", async () => {
    running = true;
    update();
    results.replaceChildren();
    for (const verb of SELF_TEST) {
      const { done, text } = await bench.ask(verb);
      const mark = done ? "✓" : "✗";
      results.append(element("li", {}, `${mark} ${panel.verbs[verb]}: ${text}`));
      if (!done) break; // what comes next would move a machine that is not well
    }
    running = false;
    update();
  });
  const test = element("section", {}, element("h3", {}, panel.selfTest), element("p", {}, panel.selfTestWhy), start, results);
  const health = told(panel.health, "healthz", panel.notThere);
  const figures = told(panel.figures, "metrics", panel.notThere);
  return { element: element("div", {}, test, health, figures), update };
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
