// What the machine finds out about itself: its doctor's round, its sensors, its camera.

import { ask, Refusal } from "./asking.js";
import { element } from "./element.js";
import { motors } from "./motors.js";

const EVERY_MS = 1000;

/** The worst first; about the first two something is to be done. */
const LEVELS = ["failure", "warning", "note", "fine"];
const BAD = 2;

/**
 * @param {import("./words_id.js").Words} words
 * @param {{moves_sorter: boolean}} draft what the machine has said of itself.
 * @param {(trouble: Refusal) => void} lost called when the machine does not want to answer any more.
 * @returns {{parts: Node[], stop: () => void}}
 */
export function check(words, draft, lost) {
  const looked = element("p", { id: "looked", "aria-live": "polite" });
  const looks = element("div");
  const sensors = element("dl", { id: "sensors" });
  const unread = element("p", { id: "unread", class: "hint", "aria-live": "polite" });
  const picture = element("img", { class: "chamber", alt: words.check.chamber, hidden: true });
  const problem = element("p", { class: "hint", "aria-live": "polite" });
  const look = element("button", { type: "button", id: "look", click: examine }, words.check.look);
  const photo = element("button", { type: "button", id: "photo", click: snap }, words.check.photo);
  const moving = motors(words, draft, trouble);
  let timer = window.setTimeout(read, 0);
  let ended = false;

  async function examine() {
    look.disabled = true;
    look.textContent = words.check.looking;
    looked.textContent = "";
    try {
      tellOf((await ask("looks", {})).looks);
    } catch (error) {
      looked.textContent = trouble(error);
    }
    look.disabled = false;
    look.textContent = words.check.look;
  }

  /** @param {any[]} found */
  function tellOf(found) {
    const rank = (/** @type {any} */ one) => LEVELS.indexOf(one.level);
    const sorted = [...found].sort((a, b) => rank(a) - rank(b));
    const bad = sorted.filter((one) => rank(one) < BAD);
    const rest = sorted.slice(bad.length);
    looked.textContent = words.check.found(bad.length);
    looks.replaceChildren(
      element("ul", { class: "looks" }, ...bad.map(line)),
      element(
        "details",
        { id: "rest" },
        element("summary", {}, words.check.rest(rest.length)),
        element("ul", { class: "looks" }, ...rest.map(line)),
      ),
    );
  }

  async function snap() {
    photo.disabled = true;
    problem.textContent = "";
    try {
      URL.revokeObjectURL(picture.src);
      picture.src = URL.createObjectURL(await ask("picture", {}));
      picture.hidden = false;
    } catch (error) {
      problem.textContent = trouble(error);
    }
    photo.disabled = false;
  }

  async function read() {
    if (!document.hidden) await show(); // else it would keep a session alive that nobody uses
    if (!ended) timer = window.setTimeout(read, EVERY_MS);
  }

  async function show() {
    try {
      const names = /** @type {Record<string, string>} */ (words.sensors);
      const { readings } = await ask("readings", {});
      sensors.replaceChildren(
        ...readings.flatMap((/** @type {any} */ one) => [
          element("dt", {}, names[one.name] ?? one.name),
          element("dd", { "data-sensor": one.name }, shown(one)),
        ]),
      );
      unread.textContent = "";
    } catch (error) {
      unread.textContent = trouble(error);
    }
  }

  /** @param {any} one */
  function shown(one) {
    if (one.value === null) return one.trouble;
    if (typeof one.value === "boolean") return one.value ? words.check.yes : words.check.no;
    return `${Math.round(one.value * 10) / 10} ${one.unit}`;
  }

  /** @param {any} one */
  function line(one) {
    const more = [one.why, one.todo && `→ ${one.todo}`].filter(Boolean);
    const levels = /** @type {Record<string, string>} */ (words.check.levels);
    const level = levels[one.level] ? [element("strong", {}, levels[one.level]), " · "] : [];
    return element(
      "li",
      { class: one.level },
      ...level,
      `${one.title}: ${one.what}`,
      ...more.map((text) => element("small", {}, text)),
    );
  }

  /** @param {unknown} error what is wrong; "" where that is said elsewhere. */
  function trouble(error) {
    if (ended || !(error instanceof Refusal)) return "";
    if (error.error === "not_paired" || error.error === "closed") {
      lost(error);
      return "";
    }
    const known = /** @type {Record<string, string>} */ (words.errors);
    return `${known[error.error] ?? ""} ${error.detail}`;
  }

  return {
    parts: [
      element("h2", {}, words.check.sensors),
      sensors,
      unread,
      element("h2", {}, words.check.camera),
      picture,
      element("p", {}, photo),
      problem,
      ...moving.parts,
      element("hr"),
      look,
      looked,
      looks,
      element("hr"),
    ],
    stop() {
      ended = true;
      moving.stop();
      window.clearTimeout(timer);
    },
  };
}
