// A test of the whole machine: what is looked at, what came of it, and what to do.

import { element } from "../element.js";
import { ago } from "./ago.js";
import { computer } from "./computer.js";
import { holdButton } from "./hold.js";

/** @typedef {import("../edge-client-types.js").Check} Check */
/** @typedef {import("../edge-client-types.js").SelfTestNow} SelfTestNow */

/** Longer than the bridge lets a test take. */
const PATIENCE_MS = 130_000;
const MARKS = { pending: "·", running: "…", passed: "✓", failed: "✗", skipped: "–" };
const TONES = { pending: "quiet", running: "calm", passed: "good", failed: "stop", skipped: "back" };

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function selfTestTab(bench) {
  const { panel } = bench.words;
  const refusal = element("p", { class: "trouble", role: "alert" });
  const asking = (/** @type {string} */ verb) => async () => {
    refusal.textContent = "";
    const { done, text } = await bench.ask(verb, {}, { timeoutMs: PATIENCE_MS });
    if (!done) refusal.textContent = text;
  };
  const start = holdButton(panel.test.start, "self_test", asking("self_test"));
  const enter = holdButton(panel.verbs.enter_maintenance, "enter_maintenance", asking("enter_maintenance"));
  const only = element("p", { class: "todo" }, panel.test.only);
  const sum = element("p", { class: "sum", role: "status" });
  const list = element("ol", { class: "checks", tabindex: 0, "aria-label": panel.tabs.test });
  let drawn = /** @type {unknown} */ (null);
  const update = () => {
    const test = bench.edge.snapshot?.self_test;
    start.disabled = test?.running === true || !bench.edge.may("self_test");
    only.hidden = enter.hidden = bench.edge.may("self_test");
    enter.disabled = !bench.edge.may("enter_maintenance");
    if (test === undefined || test === drawn) return;
    drawn = test;
    tell(sum, test, bench);
    list.hidden = test.checks.length === 0;
    list.replaceChildren(...test.checks.map((one) => row(one, bench)));
  };
  const pad = element("div", { class: "pad" }, start, enter);
  const why = element("p", {}, panel.test.why);
  return { element: element("div", {}, why, only, pad, refusal, sum, list, computer(bench)), update };
}

/**
 * @param {HTMLElement} sum
 * @param {SelfTestNow} test
 * @param {import("./bench.js").Bench} bench
 */
function tell(sum, { begun_at, running, checks }, { words, language }) {
  const { test } = words.panel;
  const over = checks.filter(({ state }) => state !== "pending" && state !== "running").length;
  const unwell = checks.filter(({ state }) => state === "failed" || state === "skipped").length;
  sum.dataset.tone = running ? "calm" : unwell > 0 ? "stop" : "good";
  if (begun_at === "") sum.dataset.tone = "quiet";
  if (begun_at === "") sum.textContent = test.never;
  else if (running) sum.textContent = test.running(over, checks.length);
  else sum.textContent = `${unwell > 0 ? test.unwell(unwell) : test.well} ${test.at}: ${ago(begun_at, language)}.`;
  sum.style.setProperty("--share", String(checks.length > 0 ? over / checks.length : 0));
}

/**
 * @param {Check} check
 * @param {import("./bench.js").Bench} bench
 */
function row({ name, state, found, advice }, { words }) {
  const { test } = words.panel;
  const todo = advice in test.advice ? test.advice[/** @type {keyof typeof test.advice} */ (advice)] : "";
  return element(
    "li",
    { "data-tone": TONES[state], "data-check": name, "data-state": state },
    element("span", { class: "mark", "aria-hidden": "true" }, MARKS[state]),
    element("strong", {}, test.check[name]),
    element("span", { class: "state-word" }, test.state[state]),
    element("span", { class: "found" }, found),
    element("span", { class: "todo" }, todo),
  );
}
