// Motors and lamp: a held button moves its part to its end, and stops it when it is let go. The
// page says all the time that it is held: a machine that does not hear it for a second stops too.

import { ask } from "./asking.js";
import { element } from "./element.js";

/** A finger that only brushes over a button moves nothing. */
const MEANT_MS = 400;

/** Well within the second after which silence counts as letting go. */
const STILL_MS = 300;

const PARTS = ["gate_open", "gate_shut", "sorter", "lamp"];

/** The number of the last press; each one's is higher, also after the page is loaded again. */
let latest = 0;

/**
 * @param {import("./words_id.js").Words} words
 * @param {{moves_sorter: boolean}} draft what the machine has said of itself.
 * @param {(error: unknown) => string} failed returns what to say; "" where that is said elsewhere.
 * @returns {{parts: Node[], stop: () => void}}
 */
export function motors(words, { moves_sorter }, failed) {
  const own = words.motors;
  const told = element("p", { id: "moved", class: "hint", "aria-live": "polite" });
  let held = 0;

  /** @param {string} part @param {HTMLElement} button */
  async function hold(part, button) {
    letGo(); // of another button, under another finger
    const press = Math.max(latest + 1, Date.now());
    held = latest = press;
    button.classList.add("held");
    await pause(MEANT_MS);
    if (held === press && !document.hidden) {
      told.textContent = part === "lamp" ? own.lit : own.moving;
      told.textContent = await until(part, press);
    }
    button.classList.remove("held");
    if (held === press) held = 0;
  }

  /** Returns what came of it, once it is over. @param {string} part @param {number} press */
  async function until(part, press) {
    const over = ask("hold", { part, press });
    say(press);
    try {
      const { end, unheard } = await over;
      const came = part === "lamp" ? own.dark : own.ends[/** @type {"done"} */ (end)];
      return unheard ? `${own.unheard} ${came}` : came;
    } catch (error) {
      return failed(error);
    } finally {
      if (held === press) held = 0;
    }
  }

  /** Says that it is held, while it is. @param {number} press */
  async function say(press) {
    while (held === press) {
      await ask("held", { press }).catch(() => {});
      await pause(STILL_MS);
    }
  }

  function letGo() {
    if (!held) return;
    ask("let_go", { press: held }).catch(() => {});
    held = 0;
  }

  document.addEventListener("visibilitychange", letGo);
  window.addEventListener("pagehide", letGo);

  /** @param {string} part */
  function button(part) {
    const names = /** @type {Record<string, string>} */ (own.parts);
    const made = element(
      "button",
      {
        type: "button",
        id: `hold-${part}`,
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
      ...PARTS.filter((part) => part !== "sorter" || moves_sorter).map(button),
      ...(moves_sorter ? [] : [element("p", { id: "no-sorter", class: "hint" }, own.no_sorter)]),
      told,
    ],
    stop() {
      letGo();
      document.removeEventListener("visibilitychange", letGo);
      window.removeEventListener("pagehide", letGo);
    },
  };
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((over) => window.setTimeout(over, ms));
}
