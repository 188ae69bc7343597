// How deep the bin is: measured by its own sensor, on the technician's word.

import { ask } from "./asking.js";
import { element } from "./element.js";

/** @typedef {{what: string, cm?: number}} Word */

/**
 * @param {import("./words_id.js").Words} words
 * @param {any} draft what has been entered so far.
 * @param {(draft: any) => void} taken called with what is entered now.
 * @param {(error: unknown) => void} refused called with what went wrong; null before a new try.
 * @returns {Node[]}
 */
export function bin(words, draft, taken, refused) {
  const own = words.bin;
  const empty = element("output", { id: "bin-empty", "aria-live": "polite" });
  const full = element("output", { id: "bin-full", "aria-live": "polite" });
  const cm = element("input", {
    id: "bin-cm",
    type: "number",
    inputmode: "decimal",
    min: 2,
    max: 200,
    step: 0.1,
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it would leave the step
      typed.click();
    },
  });
  const isEmpty = button("is-empty", own.isEmpty, () => ({ what: "empty" }));
  const isFull = button("is-full", own.isFull, () => ({ what: "full" }));
  const typed = button("bin-typed", own.use, () =>
    cm.value ? { what: "full", cm: Number(cm.value) } : null,
  );
  const forget = button("bin-forget", own.forget, () => ({ what: "neither" }));

  /** @param {string} id @param {string} text @param {() => Word | null} word */
  function button(id, text, word) {
    return element("button", { type: "button", id, click: () => say(word()) }, text);
  }

  /** @param {Word | null} word */
  async function say(word) {
    if (word === null) {
      cm.focus();
      return;
    }
    refused(null);
    const all = [isEmpty, isFull, typed, forget];
    for (const one of all) one.disabled = true;
    if (word.what === "empty") empty.textContent = own.measuring;
    if (word.what === "full" && word.cm === undefined) full.textContent = own.measuring;
    try {
      draft = await ask("bin", word);
      taken(draft);
    } catch (error) {
      refused(error);
    }
    show();
  }

  function show() {
    const isMeasured = draft.empty_cm !== null;
    empty.textContent = shown(draft.empty_cm);
    full.textContent = shown(draft.full_cm);
    isEmpty.disabled = false;
    isFull.disabled = typed.disabled = cm.disabled = !isMeasured;
    forget.disabled = false;
    forget.hidden = !isMeasured;
  }

  /** @param {number | null} distance */
  function shown(distance) {
    return distance === null ? own.unmeasured : `${distance} cm`;
  }

  show();
  return [
    part(own.empty, empty, isEmpty),
    part(own.full, full, isFull, element("label", {}, own.typed, cm), typed),
    forget,
    element("hr"),
  ];
}

/** @param {string} title @param {Node} read @param {...Node} acts */
function part(title, read, ...acts) {
  const heading = element("h2", {}, `${title}: `, read);
  return element("section", { class: "measured", "aria-label": title }, heading, ...acts);
}
