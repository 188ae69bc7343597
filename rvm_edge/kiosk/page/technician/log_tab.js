// The end of the machine's journal, followed as it grows.

import { element } from "../element.js";
import { following } from "./following.js";

/** @typedef {import("../edge-client-types.js").JournalLine} JournalLine */

/** So many lines are kept on the page. */
const MOST = 200;
/** Words with which the events begin that a technician looks for. */
const GRAVE = /^(error|fault|timeout|item\.in_doubt|order\.refused|capture\.failed|journal)/;

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function logTab(bench) {
  const { panel } = bench.words;
  const list = element("ol", { class: "log", tabindex: 0, "aria-label": panel.tabs.log });
  const note = element("p", { class: "live" }, panel.live);
  let last = 0;
  let heard = /** @type {unknown} */ (null);
  const look = following(async () => {
    const { done, text, result } = await bench.ask("list_journal", { after: last });
    note.textContent = done ? panel.live : text;
    if (!done || !result.journal) return;
    const { gap, lines } = result.journal;
    if (gap && last > 0) list.prepend(element("li", { class: "gap" }, panel.journalGap));
    for (const one of lines) list.prepend(line(one));
    last = lines.at(-1)?.seq ?? last;
    while (list.children.length > MOST) list.lastChild?.remove();
    if (last === 0) note.textContent = panel.journalNone;
  });
  const update = () => {
    const state = bench.edge.snapshot?.state;
    if (state === heard) return;
    heard = state;
    look();
  };
  return { element: element("div", { class: "journal" }, note, list), update };
}

/** @param {JournalLine} line */
function line({ seq, at, event, where, detail }) {
  // By the clock of the machine's site, as it comes: this browser may go by another.
  const time = element("time", { datetime: at, title: at }, at.slice(11, 19));
  const place = where.map((leaf) => leaf.replace(/^operational\./, "")).join(" + ") || "–";
  return element(
    "li",
    { "data-tone": GRAVE.test(event) ? "stop" : "calm" },
    element("span", { class: "seq" }, `#${seq}`),
    time,
    element("strong", {}, event),
    element("span", { class: "where" }, place),
    element("span", { class: "detail" }, detail),
  );
}
