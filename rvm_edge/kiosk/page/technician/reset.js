// Setting the machine up anew: what that means, and a code to type back before it is done.

import { element } from "../element.js";
import { holdButton } from "./hold.js";

const DIGITS = 8;

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function reset(bench) {
  const { panel } = bench.words;
  const words = panel.reset;
  const only = element("p", { class: "todo" }, words.only);
  const trouble = element("p", { class: "trouble", role: "alert" });
  const place = element("div", { class: "confirm" });
  const begin = holdButton(words.begin, "begin_reset", async () => {
    const { done, text, result } = await bench.ask("begin_reset");
    trouble.textContent = done ? "" : text;
    place.replaceChildren(...(result.reset ? codePad(result.reset, bench, trouble) : []));
    place.querySelector("input")?.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest" });
  });
  const update = () => {
    const may = bench.edge.may("begin_reset");
    begin.disabled = !may;
    only.hidden = may;
    if (!may) place.replaceChildren();
  };
  const section = element(
    "section",
    { class: "reset", "aria-label": words.title },
    element("h3", {}, words.title),
    element("p", {}, words.forgets),
    element("p", {}, words.keeps),
    element("p", {}, words.changes),
    only,
    element("div", { class: "pad" }, begin),
    place,
    trouble,
  );
  return { element: section, update };
}

/**
 * Show the code and take it back: by the keys on the screen, or by a keyboard.
 *
 * @param {import("../edge-client-types.js").ResetOffer} offer
 * @param {import("./bench.js").Bench} bench
 * @param {HTMLElement} trouble where to say what is wrong.
 * @returns {Node[]}
 */
function codePad({ code, lasts_s, waiting }, bench, trouble) {
  const { panel } = bench.words;
  const words = panel.reset;
  const field = element("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: DIGITS,
    "aria-label": words.typed,
    input: () => show(field.value),
    keydown: (event) => {
      if (event.key === "Enter") send(false);
    },
  });
  const show = (/** @type {string} */ typed) => {
    field.value = typed.replace(/[^0-9]/g, "").slice(0, DIGITS);
    go.disabled = change.disabled = field.value.length < DIGITS;
  };
  const send = async (/** @type {boolean} */ keep) => {
    if (go.disabled) return;
    const typed = field.value;
    show("");
    const { done, text, code: why } = await bench.ask("confirm_reset", { code: typed, keep });
    if (!done) trouble.textContent = why === "wrong_code" ? words.wrong : text;
    else place.replaceChildren(element("p", { class: "outcome", role: "status" }, keep ? words.waits : words.over));
  };
  const key = (/** @type {string} */ digit) =>
    element("button", { type: "button", click: () => show(field.value + digit) }, digit);
  const back = element("button", { type: "button", click: () => show(field.value.slice(0, -1)) }, panel.erase);
  const go = element("button", { type: "button", class: "go", "data-verb": "confirm_reset", click: () => send(false) }, words.confirm);
  const change = element("button", { type: "button", class: "change", click: () => send(true) }, words.change);
  const keys = element("div", { class: "keys" }, ..."123456789".split("").map(key), back, key("0"), go);
  const shown = element("output", { class: "code", "aria-label": words.code }, `${code.slice(0, 4)} ${code.slice(4)}`);
  const told = element(
    "div",
    {},
    element("p", {}, words.waiting(waiting)),
    element("p", {}, words.type(Math.round(lasts_s / 60))),
    shown,
    field,
  );
  const place = element("div", {}, told, element("div", {}, keys, change));
  show("");
  return [place];
}
