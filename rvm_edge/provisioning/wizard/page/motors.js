// The motors: a held button asks for one stroke after the other; what has begun is finished.

import { ask } from "./asking.js";
import { element } from "./element.js";

/** A finger that only brushes over a button moves nothing. */
const MEANT_MS = 400;

const PARTS = ["gate", "sorter"];

/**
 * @param {import("./words_id.js").Words} words
 * @param {(error: unknown) => string} failed returns what to say; "" where that is said elsewhere.
 * @returns {{parts: Node[], stop: () => void}}
 */
export function motors(words, failed) {
  const own = words.motors;
  const told = element("p", { id: "moved", class: "hint", "aria-live": "polite" });
  let held = 0;

  /** @param {string} part @param {HTMLElement} button */
  async function hold(part, button) {
    held += 1;
    const mine = held;
    button.classList.add("held");
    await new Promise((meant) => window.setTimeout(meant, MEANT_MS));
    if (mine === held) told.textContent = own.moving;
    while (mine === held && !document.hidden) {
      try {
        await ask("move", { part });
        told.textContent = own.moved;
      } catch (error) {
        told.textContent = failed(error);
        break;
      }
    }
    button.classList.remove("held");
  }

  function letGo() {
    held += 1;
  }

  /** @param {string} part */
  function button(part) {
    const names = /** @type {Record<string, string>} */ (own.parts);
    const made = element(
      "button",
      {
        type: "button",
        id: `move-${part}`,
        class: "hold",
        pointerdown: () => hold(part, made),
        pointerup: letGo,
        pointercancel: letGo,
        pointerleave: letGo,
        blur: letGo,
        contextmenu: (/** @type {Event} */ event) => event.preventDefault(),
        keydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== " " && event.key !== "Enter") return;
          event.preventDefault();
          if (!event.repeat) hold(part, made);
        },
        keyup: letGo,
      },
      names[part],
    );
    return made;
  }

  return {
    parts: [
      element("h2", {}, own.headline),
      element("p", {}, own.advice),
      ...PARTS.map(button),
      told,
    ],
    stop: letGo,
  };
}
