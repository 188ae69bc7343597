// What the doctor finds at the computer: what is so, why that matters, and what to do.

import { element } from "../element.js";
import { following } from "./following.js";

/** @typedef {import("../edge-client-types.js").ComputerFinding} ComputerFinding */

/** Longer than the bridge lets a round take. */
const PATIENCE_MS = 130_000;
const MARKS = { fine: "✓", note: "i", warning: "!", failure: "✗" };
const TONES = { fine: "good", note: "calm", warning: "back", failure: "stop" };

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {HTMLElement}
 */
export function computer(bench) {
  const { computer: words } = bench.words.panel;
  const sum = element("p", { class: "sum", role: "status" });
  const list = element("ol", { class: "checks", tabindex: 0, "aria-label": words.title });
  const look = following(async () => {
    again.disabled = true;
    sum.dataset.tone = "calm";
    sum.textContent = words.looking;
    const { done, text, result, code } = await bench.ask("list_findings", {}, { timeoutMs: PATIENCE_MS });
    again.disabled = false;
    const found = result.findings ?? [];
    const grave = found.filter(({ standing }) => standing === "failure" || standing === "warning").length;
    sum.dataset.tone = !done ? "quiet" : grave > 0 ? "stop" : "good";
    sum.style.setProperty("--share", done ? "1" : "0");
    if (done) sum.textContent = grave > 0 ? words.unwell(grave) : words.well;
    else sum.textContent = code === "refused" ? words.nobody : text;
    list.hidden = found.length === 0;
    list.replaceChildren(...found.map((one) => row(one, words)));
  });
  const again = element("button", { type: "button", click: look }, words.look);
  list.hidden = true;
  look();
  return element(
    "section",
    { class: "computer", "aria-label": words.title },
    element("h3", {}, words.title),
    element("p", {}, words.why),
    element("div", { class: "pad" }, again),
    sum,
    list,
  );
}

/**
 * @param {ComputerFinding} finding
 * @param {import("./words_id.js").PanelWords["computer"]} words
 */
function row({ name, title, standing, what, why, todo }, words) {
  return element(
    "li",
    { "data-tone": TONES[standing], "data-finding": name, "data-standing": standing },
    element("span", { class: "mark", "aria-hidden": "true" }, MARKS[standing]),
    element("strong", { lang: "en" }, title),
    element("span", { class: "state-word" }, words.standing[standing]),
    element("span", { class: "found", lang: "en" }, what),
    element("span", { class: "found", lang: "en" }, why),
    element("span", { class: "todo", lang: "en" }, todo),
  );
}
