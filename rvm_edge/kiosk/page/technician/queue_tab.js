// What the server is not known to have, item by item; what was given up comes first.

import { element } from "../element.js";
import { ago } from "./ago.js";
import { following } from "./following.js";
import { figure } from "./readings.js";

/** @typedef {import("../edge-client-types.js").QueuePage} QueuePage */
/** @typedef {import("../edge-client-types.js").QueuedItem} QueuedItem */

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function queueTab(bench) {
  const { panel } = bench.words;
  const place = element("div", { "aria-live": "off" }, element("p", {}, panel.working));
  let heard = /** @type {unknown} */ (null);
  const look = following(async () => {
    const { done, text, result } = await bench.ask("list_queue");
    if (done && result.queue) place.replaceChildren(...page(result.queue, bench));
    else place.replaceChildren(element("p", { class: "trouble" }, text));
  });
  const again = element("button", { type: "button", click: look }, panel.refresh);
  const update = () => {
    const queue = bench.edge.snapshot?.queue;
    if (queue === heard) return;
    heard = queue;
    look();
  };
  return { element: element("div", {}, place, again), update };
}

/**
 * @param {QueuePage} queue
 * @param {import("./bench.js").Bench} bench
 */
function page({ total, dead, pictures, items }, bench) {
  const { panel } = bench.words;
  const { queueSum: sums } = panel;
  const figures = element(
    "div",
    { class: "figures" },
    figure(String(total), sums.total, total > 0 ? "calm" : "good"),
    figure(String(dead), sums.dead, dead > 0 ? "stop" : "good"),
    figure(String(pictures), sums.pictures, "calm"),
  );
  if (items.length === 0) return [figures, element("p", {}, panel.queueEmpty)];
  const rows = items.map((item) => row(item, bench));
  const list = element("ul", { class: "queue", tabindex: 0, "aria-label": panel.queue }, ...rows);
  const notes = [element("p", { class: "soft" }, panel.queueShown(items.length, total))];
  if (dead > 0) notes.unshift(element("p", { class: "todo" }, panel.queueDead));
  return [figures, ...notes, list];
}

/**
 * @param {QueuedItem} item
 * @param {import("./bench.js").Bench} bench
 */
function row({ client_uuid, delivery, mode, label, since, tries, last_error }, { words, language }) {
  const { panel } = words;
  const about = [panel.mode[mode], ago(since, language), panel.tries(tries)].join(" · ");
  const tone = { waiting: "calm", ambiguous: "back", held: "back", dead: "stop" }[delivery];
  return element(
    "li",
    { "data-tone": tone, "data-delivery": delivery },
    element("span", { class: "badge-text" }, panel.delivery[delivery]),
    element("strong", {}, label || "–"),
    element("span", { class: "soft" }, about),
    element("span", { class: "error" }, last_error),
    element("code", {}, client_uuid),
  );
}
