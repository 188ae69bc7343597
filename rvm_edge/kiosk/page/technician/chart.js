// The chart as nested boxes, with the states lit that the machine is in.

import { element } from "../element.js";

/**
 * One state of chart.json, which `rvm-edge chart` exports.
 *
 * @typedef {object} ChartState
 * @property {string} path
 * @property {boolean} parallel its children are active side by side.
 * @property {string[]} children names, or paths, of the states inside.
 * @property {string} doc what the machine does there.
 */

/** Draws the chart once it knows it; until then, the states that the machine has been in. */
export class ChartPicture {
  element = element("div", { class: "chart" });
  /** @type {Map<string, HTMLElement>} */ #boxes = new Map();

  constructor() {
    void this.#load();
  }

  /** @param {string[]} configuration the active leaves. */
  light(configuration) {
    for (const leaf of configuration) this.#box(leaf);
    for (const [path, box] of this.#boxes) {
      const active = configuration.some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
      if (active) box.setAttribute("aria-current", "true");
      else box.removeAttribute("aria-current");
    }
  }

  async #load() {
    try {
      const answer = await fetch("chart.json");
      if (!answer.ok) return;
      const { chart } = /** @type {{chart: {states: ChartState[]}}} */ (await answer.json());
      for (const { path, doc, parallel } of chart.states) {
        const box = this.#box(path);
        box.parentElement?.append(box); // in the chart's order, whatever was lit before
        box.title = doc;
        if (parallel) box.classList.add("parallel");
      }
    } catch {
      // Without the file the picture grows as the machine goes its way.
    }
  }

  /**
   * Return a state's box, made inside its parent's if need be.
   *
   * @param {string} path
   * @returns {HTMLElement}
   */
  #box(path) {
    const known = this.#boxes.get(path);
    if (known !== undefined) return known;
    const cut = path.lastIndexOf(".");
    const parent = cut < 0 ? this.element : this.#box(path.slice(0, cut));
    const name = path.slice(cut + 1).replaceAll("_", " ");
    const box = element("div", { class: "state", "data-state": path }, element("span", {}, name));
    parent.classList.add("composite");
    parent.append(box);
    this.#boxes.set(path, box);
    return box;
  }
}
