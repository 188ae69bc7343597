// Frees a crowded disk, and says what went.

import { ask } from "./asking.js";
import { element } from "./element.js";

const MB = 1e6;

/**
 * @param {import("./words_id.js").Words} words
 * @param {any} draft tells how full the disk is, and is told how full it is afterwards.
 * @param {(error: unknown) => void} refused called with what went wrong; null before a new try.
 * @returns {Node[]}
 */
export function clean(words, draft, refused) {
  const own = words.clean;
  const told = element("div", { id: "cleaned", "aria-live": "polite" });
  const free = element("button", { type: "button", id: "free", click: go }, own.free);

  async function go() {
    refused(null);
    free.disabled = true;
    free.textContent = own.freeing;
    try {
      const done = await ask("clean", {});
      draft.disk_pct = done.after_pct;
      told.replaceChildren(
        element("p", {}, own.was(Math.round(done.before_pct), Math.round(done.after_pct))),
        element("dl", {}, ...done.removed.flatMap(line)),
      );
    } catch (error) {
      free.disabled = false;
      refused(error);
    }
    free.textContent = own.free;
  }

  /** @param {any} one */
  function line(one) {
    const names = /** @type {Record<string, string>} */ (own.things);
    const kept = one.kept_bytes ? [element("small", {}, own.kept(mb(one.kept_bytes)))] : [];
    return [
      element("dt", {}, names[one.name] ?? one.name),
      element("dd", {}, `${mb(one.freed_bytes)} MB`, ...kept),
    ];
  }

  return [element("p", { id: "disk-full" }, own.full(Math.round(draft.disk_pct))), free, told, element("hr")];
}

/** @param {number} bytes */
function mb(bytes) {
  return (bytes / MB).toFixed(1);
}
