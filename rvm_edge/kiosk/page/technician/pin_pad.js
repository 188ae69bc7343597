// The pad on which a technician types the PIN. The digits are never shown.

import { element } from "../element.js";

const MOST = 12;
const LEAST = 4;

/**
 * @param {import("./bench.js").Words} words
 * @param {(pin: string) => Promise<string>} enter returns what was wrong, or "".
 * @returns {HTMLElement}
 */
export function pinPad(words, enter) {
  let pin = "";
  const { pin: title, enter: enterWord, erase, digits } = words.panel;
  const dots = element("p", { class: "dots", role: "img" });
  const trouble = element("p", { class: "trouble", role: "alert" });
  const show = () => {
    dots.textContent = "●".repeat(pin.length) || "–";
    dots.setAttribute("aria-label", digits(pin.length));
    go.disabled = pin.length < LEAST;
  };
  const type = (/** @type {string} */ digit) => {
    pin = (pin + digit).slice(0, MOST);
    trouble.textContent = "";
    show();
  };
  const wipe = () => {
    pin = pin.slice(0, -1);
    show();
  };
  const send = async () => {
    if (pin.length < LEAST) return;
    const tried = pin;
    pin = "";
    show();
    trouble.textContent = await enter(tried);
  };
  const key = (/** @type {string} */ digit) =>
    element("button", { type: "button", click: () => type(digit) }, digit);
  const go = element("button", { type: "button", class: "go", click: send }, enterWord);
  const back = element("button", { type: "button", click: wipe }, erase);
  const keys = element("div", { class: "keys" }, ..."123456789".split("").map(key), back, key("0"), go);
  show();
  return element(
    "section",
    {
      class: "pin",
      "aria-label": title,
      tabindex: -1,
      keydown: (event) => {
        if (/^[0-9]$/.test(event.key)) type(event.key);
        else if (event.key === "Backspace") wipe();
      },
    },
    element("h3", {}, title),
    dots,
    trouble,
    keys,
  );
}
