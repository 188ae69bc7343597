// The last steps of the machine that this screen has heard of.

import { element } from "../element.js";

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function logTab({ memory, words }) {
  const list = element("ol", { class: "log", tabindex: 0, "aria-label": words.panel.tabs.log });
  let newest = /** @type {unknown} */ (null);
  const update = () => {
    if (memory.lines[0] === newest) return;
    newest = memory.lines[0];
    list.replaceChildren(...memory.lines.map(line));
  };
  return { element: element("div", {}, list), update };
}

/** @param {import("./memory.js").Line} line */
function line({ at, cause, where }) {
  const time = element("time", {}, at.toLocaleTimeString("en-GB"));
  return element("li", {}, time, element("strong", {}, cause || "–"), element("span", {}, where));
}
