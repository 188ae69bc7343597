// A button for what moves or matters: it has to be held for a moment, by finger or by key.

import { element } from "../element.js";
import { PATIENCE } from "../patience.js";

const KEYS = [" ", "Enter"];

/**
 * @param {string} label
 * @param {string} verb
 * @param {() => void} act called once it has been held long enough.
 * @returns {HTMLButtonElement}
 */
export function holdButton(label, verb, act) {
  /** @type {number | undefined} */
  let timer;
  const begin = () => {
    if (button.disabled || timer !== undefined) return;
    button.classList.add("held");
    timer = window.setTimeout(() => {
      end();
      act();
    }, PATIENCE.holdMs);
  };
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
    button.classList.remove("held");
  };
  const button = element("button", {
    type: "button",
    class: "hold",
    "data-verb": verb,
    pointerdown: begin,
    keydown: (event) => {
      if (!KEYS.includes(event.key)) return;
      event.preventDefault();
      begin();
    },
  }, label);
  for (const over of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) {
    button.addEventListener(over, end);
  }
  button.style.setProperty("--hold", `${PATIENCE.holdMs}ms`);
  return button;
}
